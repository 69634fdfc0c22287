// Makes UTC this process' time zone: for tests of what prints local times. Apart because importing it is enough.
// Always holds: it takes effect before the first time is printed, since modules are evaluated in the order of imports.

process.env["TZ"] = "UTC";
