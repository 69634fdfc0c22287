# fish completion for stray, printed by `stray completion fish`.

# The command that the words so far are of: "incidents list", and how many arguments it has.
function __stray_at
    set -l words (commandline -opc) $argv
    set -e words[1]
    set -l path
    set -l count 0
    set -l skip 0
    set -l ended 0
    for word in $words
        if test $skip = 1
            set skip 0
            continue
        end
        if test $ended = 0 -a "$word" = --
            set ended 1
        else if test $ended = 0; and string match -qr '^-.' -- $word
            switch "$path $word"
                case ' -H' ' --host' ' --timeout'
                    set skip 1
                case 'read -s' 'read -Z' 'read -c' 'read -N' 'read -f' 'read --filter' 'read --time-format' 'read --profile' 'read --rules' 'read --var' 'read --alerts' 'read --alert-file' 'read --home' 'read --status' 'read --summary'
                    set skip 1
                case 'report --rules' 'report --var' 'report --home' 'report --unused' 'report --source' 'report --most' 'report --profile' 'report --format' 'report -o' 'report --output' 'report --iodef-name' 'report --iodef-contact'
                    set skip 1
                case 'run -c' 'run --config' 'run -i' 'run --interface' 'run --filter' 'run --store' 'run --socket' 'run --user' 'run --profile'
                    set skip 1
                case 'status --socket'
                    set skip 1
                case 'top --socket' 'top --interval' 'top --by'
                    set skip 1
                case 'flows --top' 'flows --by' 'flows -s' 'flows -Z' 'flows -c' 'flows -N' 'flows -f' 'flows --filter' 'flows --time-format' 'flows --from' 'flows --to' 'flows --store' 'flows --socket'
                    set skip 1
                case 'alerts -n' 'alerts --sid' 'alerts --host' 'alerts --since' 'alerts --format' 'alerts --socket'
                    set skip 1
                case 'incidents --state' 'incidents --severity' 'incidents --since' 'incidents --source' 'incidents -n' 'incidents --socket' 'incidents --database'
                    set skip 1
                case 'incidents list --state' 'incidents list --severity' 'incidents list --since' 'incidents list --source' 'incidents list -n' 'incidents list --socket' 'incidents list --database'
                    set skip 1
                case 'incidents show --socket' 'incidents show --database'
                    set skip 1
                case 'incidents ack --socket' 'incidents ack --text'
                    set skip 1
                case 'incidents close --socket' 'incidents close --text'
                    set skip 1
                case 'incidents reopen --socket' 'incidents reopen --text'
                    set skip 1
                case 'incidents false-positive --socket' 'incidents false-positive --text'
                    set skip 1
                case 'incidents note --socket'
                    set skip 1
                case 'incidents merge --socket' 'incidents merge --text'
                    set skip 1
                case 'incidents mute --socket' 'incidents mute --source' 'incidents mute --destination' 'incidents mute --sid' 'incidents mute --finding' 'incidents mute --for' 'incidents mute --until' 'incidents mute --reason'
                    set skip 1
                case 'incidents mutes --socket'
                    set skip 1
                case 'incidents unmute --socket'
                    set skip 1
                case 'incidents export --state' 'incidents export --severity' 'incidents export --since' 'incidents export --source' 'incidents export --socket' 'incidents export --database'
                    set skip 1
                case 'incidents report --socket' 'incidents report --database' 'incidents report --format' 'incidents report -o' 'incidents report --output' 'incidents report --iodef-name' 'incidents report --iodef-contact' 'incidents report --evidence'
                    set skip 1
                case 'dark --socket' 'dark --state'
                    set skip 1
                case 'dark list --socket' 'dark list --state'
                    set skip 1
                case 'dark explain --socket' 'dark explain --state'
                    set skip 1
                case 'dark export --socket' 'dark export --state'
                    set skip 1
                case 'dark import --socket'
                    set skip 1
                case 'dark forget --socket'
                    set skip 1
                case 'rules check --var' 'rules check --profile'
                    set skip 1
                case 'rules list --var' 'rules list --profile'
                    set skip 1
                case 'rules show --var' 'rules show --profile'
                    set skip 1
                case 'rules stats --socket' 'rules stats --top'
                    set skip 1
                case 'bypass --socket'
                    set skip 1
                case 'bypass show --socket'
                    set skip 1
                case 'bypass on --socket'
                    set skip 1
                case 'bypass off --socket'
                    set skip 1
                case 'bypass test --socket'
                    set skip 1
                case 'counters --socket'
                    set skip 1
                case 'reload --socket'
                    set skip 1
                case 'stop --socket' 'stop --wait'
                    set skip 1
                case 'rpc --socket' 'rpc --role'
                    set skip 1
                case 'shell --role' 'shell -c' 'shell --socket'
                    set skip 1
                case 'update apply --socket' 'update apply --trial'
                    set skip 1
                case 'update rollback --socket' 'update rollback --trial'
                    set skip 1
            end
        else if test $count = 0; and __stray_is_command "$path" $word
            set path (string trim -- "$path $word")
        else
            set count (math $count + 1)
        end
    end
    echo $path
    echo $count
end

function __stray_is_command
    switch "$argv[1]"
        case ''
            contains -- $argv[2] read report run status top flows alerts incidents dark rules bypass counters reload stop config rpc shell completion help hosts board update
        case 'incidents'
            contains -- $argv[2] list show ack close reopen false-positive note merge mute mutes unmute export report
        case 'dark'
            contains -- $argv[2] list explain export import forget
        case 'rules'
            contains -- $argv[2] check list show stats
        case 'bypass'
            contains -- $argv[2] show on off test
        case 'config'
            contains -- $argv[2] check show default
        case 'board'
            contains -- $argv[2] list show check config
        case 'update'
            contains -- $argv[2] check apply status rollback
        case '*'
            return 1
    end
end

# __stray_in COMMAND: its options; __stray_in COMMAND FROM TO: its arguments of these places.
function __stray_in
    set -l at (__stray_at)
    test "$at[1]" = "$argv[1]"; or return 1
    test (count $argv) = 1; and return 0
    test $at[2] -ge $argv[2] -a $at[2] -le $argv[3]
end

function __stray_interfaces
    command ls /sys/class/net 2>/dev/null
end

complete -c stray -f
complete -c stray -n "__stray_in '' 0 0" -a read -d 'read capture files'
complete -c stray -n "__stray_in '' 0 0" -a report -d 'write what is strange in capture files, and why, for people: the letter'
complete -c stray -n "__stray_in '' 0 0" -a run -d 'run the sensor'
complete -c stray -n "__stray_in '' 0 0" -a status -d 'show how the running sensor is: interfaces, workers, flows, outputs, pr…'
complete -c stray -n "__stray_in '' 0 0" -a top -d 'watch the running sensor: rates, drops, interfaces, top flows, findings'
complete -c stray -n "__stray_in '' 0 0" -a flows -d 'print the running sensor\'s live flows, or flow records of its store'
complete -c stray -n "__stray_in '' 0 0" -a alerts -d 'print the running sensor\'s latest alerts, and those that follow'
complete -c stray -n "__stray_in '' 0 0" -a incidents -d 'what happened: list, show, report, close, note, merge, mute'
complete -c stray -n "__stray_in '' 0 0" -a dark -d 'who lives in the home networks, and which addresses nobody uses'
complete -c stray -n "__stray_in '' 0 0" -a rules -d 'check, list and show rules'
complete -c stray -n "__stray_in '' 0 0" -a bypass -d 'let frames go by the sensor, or try whether they would when it stands s…'
complete -c stray -n "__stray_in '' 0 0" -a counters -d 'print the running sensor\'s counters'
complete -c stray -n "__stray_in '' 0 0" -a reload -d 'make the running sensor read its configuration anew'
complete -c stray -n "__stray_in '' 0 0" -a stop -d 'stop the running sensor after its flows are recorded'
complete -c stray -n "__stray_in '' 0 0" -a config -d 'check, show or begin the configuration of `stray run`'
complete -c stray -n "__stray_in '' 0 0" -a rpc -d 'join standard input and output to the running sensor\'s control socket'
complete -c stray -n "__stray_in '' 0 0" -a shell -d 'run commands for a restricted login over ssh: the sensor\'s own, and not…'
complete -c stray -n "__stray_in '' 0 0" -a completion -d 'print the script with which a shell completes stray\'s words'
complete -c stray -n "__stray_in '' 0 0" -a help -d 'tell of a command, a finding, a cause, an error code, a counter, a key'
complete -c stray -n "__stray_in '' 0 0" -a hosts -d 'say which sensors the names behind -H stand for'
complete -c stray -n "__stray_in '' 0 0" -a board -d 'profiles of small boards: what they have, what fits, a configuration to…'
complete -c stray -n "__stray_in '' 0 0" -a update -d 'install a signed package, and go back when it does not work'
complete -c stray -n "__stray_in ''" -s V -l version -d 'output the version number'
complete -c stray -n "__stray_in ''" -s H -l host -r -d 'ask strayd there, over ssh: user@host, ssh://user@host:port, @group'
complete -c stray -n "__stray_in ''" -l timeout -r -d 'with -H: how long a host may take to answer'
complete -c stray -n "__stray_in ''" -s h -l help -d 'display help for command'
complete -c stray -n "__stray_in 'read'" -s s -r -d 'fields to print, by ra\'s names: a,b  +a  +2a  -a  a:width'
complete -c stray -n "__stray_in 'read'" -s Z -r -f -a 'b s d' -d 'status as TCP flags: of both sides, the source, the destination'
complete -c stray -n "__stray_in 'read'" -s z -d 'status as TCP history: s S E f F R'
complete -c stray -n "__stray_in 'read'" -s n -d 'numbers, not names: -nn for protocols too'
complete -c stray -n "__stray_in 'read'" -s c -r -d 'separate fields by SEP: no padding, address and port apart'
complete -c stray -n "__stray_in 'read'" -s N -r -d 'print only the first N records, or first-last, or first+more'
complete -c stray -n "__stray_in 'read'" -s u -d 'times as seconds since 1970'
complete -c stray -n "__stray_in 'read'" -s f -l filter -r -d 'print only flows that pass the filter'
complete -c stray -n "__stray_in 'read'" -l json -d 'one JSON object a line'
complete -c stray -n "__stray_in 'read'" -l csv -d 'comma-separated values with a header'
complete -c stray -n "__stray_in 'read'" -l title -d 'print the header line'
complete -c stray -n "__stray_in 'read'" -l no-title -d 'print no header line'
complete -c stray -n "__stray_in 'read'" -l time-format -r -d 'times by a strftime pattern'
complete -c stray -n "__stray_in 'read'" -s q -d 'print no records, only the summary'
complete -c stray -n "__stray_in 'read'" -l profile -r -f -a 'small default large' -d 'limits and memory, as for a small or a large machine'
complete -c stray -n "__stray_in 'read'" -l rules -r -F -d 'look for these rules and print alerts instead of flows'
complete -c stray -n "__stray_in 'read'" -l var -r -d 'a variable of rules, such as HOME_NET=192.0.2.0/24'
complete -c stray -n "__stray_in 'read'" -l alerts -r -f -a 'full full-ids fast json' -d 'how alerts are printed: full, with the packet'
complete -c stray -n "__stray_in 'read'" -l alert-file -r -F -d 'write the alerts there, and print flows as without --rules'
complete -c stray -n "__stray_in 'read'" -l findings -d 'also look for what shows only over several flows, or at their end: swee…'
complete -c stray -n "__stray_in 'read'" -l home -r -d 'a network that is yours, for --findings: addresses in it can be dark'
complete -c stray -n "__stray_in 'read'" -l status -r -d 'also an intermediate record of each flow that lasts, at this interval'
complete -c stray -n "__stray_in 'read'" -l summary -r -f -a 'text json none' -d 'what to say on standard error at the end'
complete -c stray -n "__stray_in 'read'" -s h -l help -d 'display help for command'
complete -c stray -n "__stray_in 'read' 0 999" -F
complete -c stray -n "__stray_in 'report'" -l rules -r -F -d 'rules to look for'
complete -c stray -n "__stray_in 'report'" -l var -r -d 'a variable of rules, such as EXTERNAL_NET=any'
complete -c stray -n "__stray_in 'report'" -l home -r -d 'a network that is yours'
complete -c stray -n "__stray_in 'report'" -l unused -r -d 'addresses of yours that nobody uses'
complete -c stray -n "__stray_in 'report'" -l source -r -d 'only what is strange about this address'
complete -c stray -n "__stray_in 'report'" -l most -r -d 'cases told at most, the gravest first'
complete -c stray -n "__stray_in 'report'" -l profile -r -f -a 'small default large' -d 'limits and memory, as for a small or a large machine'
complete -c stray -n "__stray_in 'report'" -l format -r -f -a 'text markdown json html iodef' -d 'how it is written'
complete -c stray -n "__stray_in 'report'" -s o -l output -r -F -d 'write it to a file: .txt .text .md .markdown .json .html .htm .iodef sa…'
complete -c stray -n "__stray_in 'report'" -l iodef-name -r -d 'who sends it, beside the ids of IODEF'
complete -c stray -n "__stray_in 'report'" -l iodef-contact -r -d 'mail address of who sends it'
complete -c stray -n "__stray_in 'report'" -s h -l help -d 'display help for command'
complete -c stray -n "__stray_in 'report' 0 999" -F
complete -c stray -n "__stray_in 'run'" -s c -l config -r -F -d 'configuration'
complete -c stray -n "__stray_in 'run'" -s i -l interface -r -f -a '(__stray_interfaces)' -d 'capture on this interface'
complete -c stray -n "__stray_in 'run'" -l filter -r -d 'capture only what passes this pcap-filter, in the kernel'
complete -c stray -n "__stray_in 'run'" -l store -r -f -a '(__fish_complete_directories)' -d 'write flow records there'
complete -c stray -n "__stray_in 'run'" -l socket -r -F -d 'answer stray\'s other commands there'
complete -c stray -n "__stray_in 'run'" -l user -r -d 'account to become after the sockets are open'
complete -c stray -n "__stray_in 'run'" -l profile -r -f -a 'small default large' -d 'limits and memory: small, default, large'
complete -c stray -n "__stray_in 'run'" -s h -l help -d 'display help for command'
complete -c stray -n "__stray_in 'status'" -l socket -r -F -d 'control socket of strayd'
complete -c stray -n "__stray_in 'status'" -l json -d 'as one JSON object on one line'
complete -c stray -n "__stray_in 'status'" -s h -l help -d 'display help for command'
complete -c stray -n "__stray_in 'top'" -l socket -r -F -d 'control socket of strayd'
complete -c stray -n "__stray_in 'top'" -l interval -r -d 'between two looks'
complete -c stray -n "__stray_in 'top'" -l by -r -f -a 'rate bytes packets duration start last app-bytes' -d 'what flows are sorted by'
complete -c stray -n "__stray_in 'top'" -l once -d 'print it once, as text, after an interval'
complete -c stray -n "__stray_in 'top'" -l json -d 'one JSON object a line at each interval'
complete -c stray -n "__stray_in 'top'" -s h -l help -d 'display help for command'
complete -c stray -n "__stray_in 'flows'" -l top -r -d 'only the N largest by --by'
complete -c stray -n "__stray_in 'flows'" -l by -r -f -a 'bytes packets duration start last app-bytes' -d 'what --top compares, largest or latest first'
complete -c stray -n "__stray_in 'flows'" -s s -r -d 'fields to print, by ra\'s names: a,b  +a  +2a  -a  a:width'
complete -c stray -n "__stray_in 'flows'" -s Z -r -f -a 'b s d' -d 'status as TCP flags: of both sides, the source, the destination'
complete -c stray -n "__stray_in 'flows'" -s z -d 'status as TCP history: s S E f F R'
complete -c stray -n "__stray_in 'flows'" -s n -d 'numbers, not names: -nn for protocols too'
complete -c stray -n "__stray_in 'flows'" -s c -r -d 'separate fields by SEP: no padding, address and port apart'
complete -c stray -n "__stray_in 'flows'" -s N -r -d 'print only the first N records, or first-last, or first+more'
complete -c stray -n "__stray_in 'flows'" -s u -d 'times as seconds since 1970'
complete -c stray -n "__stray_in 'flows'" -s f -l filter -r -d 'print only flows that pass the filter'
complete -c stray -n "__stray_in 'flows'" -l json -d 'one JSON object a line'
complete -c stray -n "__stray_in 'flows'" -l csv -d 'comma-separated values with a header'
complete -c stray -n "__stray_in 'flows'" -l title -d 'print the header line'
complete -c stray -n "__stray_in 'flows'" -l no-title -d 'print no header line'
complete -c stray -n "__stray_in 'flows'" -l time-format -r -d 'times by a strftime pattern'
complete -c stray -n "__stray_in 'flows'" -l from -r -d 'records in the store of flows that lasted after this time'
complete -c stray -n "__stray_in 'flows'" -l to -r -d 'records in the store of flows that began before this time'
complete -c stray -n "__stray_in 'flows'" -l store -r -f -a '(__fish_complete_directories)' -d 'where the store is, with --from or --to'
complete -c stray -n "__stray_in 'flows'" -l socket -r -F -d 'control socket of strayd'
complete -c stray -n "__stray_in 'flows'" -s h -l help -d 'display help for command'
complete -c stray -n "__stray_in 'alerts'" -s f -l follow -d 'go on printing alerts as they come'
complete -c stray -n "__stray_in 'alerts'" -s n -r -d 'only the N latest'
complete -c stray -n "__stray_in 'alerts'" -l sid -r -d 'only of this rule'
complete -c stray -n "__stray_in 'alerts'" -l host -r -d 'only of packets from or to this address'
complete -c stray -n "__stray_in 'alerts'" -l since -r -d 'only at this time or later'
complete -c stray -n "__stray_in 'alerts'" -l format -r -f -a 'fast full full-ids json' -d 'how alerts are printed'
complete -c stray -n "__stray_in 'alerts'" -l json -d 'the same as --format json'
complete -c stray -n "__stray_in 'alerts'" -l socket -r -F -d 'control socket of strayd'
complete -c stray -n "__stray_in 'alerts'" -s h -l help -d 'display help for command'
complete -c stray -n "__stray_in 'incidents' 0 0" -a list -d 'list incidents, the latest seen first'
complete -c stray -n "__stray_in 'incidents' 0 0" -a show -d 'show an incident: what was seen, why, what was done about it'
complete -c stray -n "__stray_in 'incidents' 0 0" -a ack -d 'say that somebody looks after it'
complete -c stray -n "__stray_in 'incidents' 0 0" -a close -d 'say that it is over'
complete -c stray -n "__stray_in 'incidents' 0 0" -a reopen -d 'say that it is not over'
complete -c stray -n "__stray_in 'incidents' 0 0" -a false-positive -d 'say that nothing is wrong: the same is counted and no longer told'
complete -c stray -n "__stray_in 'incidents' 0 0" -a note -d 'add a note to an incident'
complete -c stray -n "__stray_in 'incidents' 0 0" -a merge -d 'put incidents into another one, which is the same thing'
complete -c stray -n "__stray_in 'incidents' 0 0" -a mute -d 'keep a source, destination, rule or finding out of incidents'
complete -c stray -n "__stray_in 'incidents' 0 0" -a mutes -d 'list what is muted, and what that kept away'
complete -c stray -n "__stray_in 'incidents' 0 0" -a unmute -d 'take a mute away'
complete -c stray -n "__stray_in 'incidents' 0 0" -a export -d 'print whole incidents as JSON'
complete -c stray -n "__stray_in 'incidents' 0 0" -a report -d 'write what an incident is about, and why, for people: the letter'
complete -c stray -n "__stray_in 'incidents'" -s h -l help -d 'display help for command'
complete -c stray -n "__stray_in 'incidents'" -l state -r -f -a 'open acknowledged closed false-positive' -d 'only in this state'
complete -c stray -n "__stray_in 'incidents'" -l all -d 'in any state'
complete -c stray -n "__stray_in 'incidents'" -l severity -r -f -a 'low medium high critical' -d 'at least so grave'
complete -c stray -n "__stray_in 'incidents'" -l since -r -d 'only seen at this time or later'
complete -c stray -n "__stray_in 'incidents'" -l source -r -d 'only about this source or target'
complete -c stray -n "__stray_in 'incidents'" -s n -r -d 'only so many'
complete -c stray -n "__stray_in 'incidents'" -l socket -r -F -d 'control socket of strayd'
complete -c stray -n "__stray_in 'incidents'" -l database -r -F -d 'read this incidents.db in place of asking strayd'
complete -c stray -n "__stray_in 'incidents'" -l json -d 'print JSON'
complete -c stray -n "__stray_in 'incidents list'" -l state -r -f -a 'open acknowledged closed false-positive' -d 'only in this state'
complete -c stray -n "__stray_in 'incidents list'" -l all -d 'in any state'
complete -c stray -n "__stray_in 'incidents list'" -l severity -r -f -a 'low medium high critical' -d 'at least so grave'
complete -c stray -n "__stray_in 'incidents list'" -l since -r -d 'only seen at this time or later'
complete -c stray -n "__stray_in 'incidents list'" -l source -r -d 'only about this source or target'
complete -c stray -n "__stray_in 'incidents list'" -s n -r -d 'only so many'
complete -c stray -n "__stray_in 'incidents list'" -l socket -r -F -d 'control socket of strayd'
complete -c stray -n "__stray_in 'incidents list'" -l database -r -F -d 'read this incidents.db in place of asking strayd'
complete -c stray -n "__stray_in 'incidents list'" -l json -d 'print JSON'
complete -c stray -n "__stray_in 'incidents list'" -s h -l help -d 'display help for command'
complete -c stray -n "__stray_in 'incidents show'" -l socket -r -F -d 'control socket of strayd'
complete -c stray -n "__stray_in 'incidents show'" -l database -r -F -d 'read this incidents.db in place of asking strayd'
complete -c stray -n "__stray_in 'incidents show'" -l json -d 'print JSON'
complete -c stray -n "__stray_in 'incidents show'" -s h -l help -d 'display help for command'
complete -c stray -n "__stray_in 'incidents ack'" -l socket -r -F -d 'control socket of strayd'
complete -c stray -n "__stray_in 'incidents ack'" -l json -d 'print JSON'
complete -c stray -n "__stray_in 'incidents ack'" -l text -r -d 'why'
complete -c stray -n "__stray_in 'incidents ack'" -s h -l help -d 'display help for command'
complete -c stray -n "__stray_in 'incidents close'" -l socket -r -F -d 'control socket of strayd'
complete -c stray -n "__stray_in 'incidents close'" -l json -d 'print JSON'
complete -c stray -n "__stray_in 'incidents close'" -l text -r -d 'why'
complete -c stray -n "__stray_in 'incidents close'" -s h -l help -d 'display help for command'
complete -c stray -n "__stray_in 'incidents reopen'" -l socket -r -F -d 'control socket of strayd'
complete -c stray -n "__stray_in 'incidents reopen'" -l json -d 'print JSON'
complete -c stray -n "__stray_in 'incidents reopen'" -l text -r -d 'why'
complete -c stray -n "__stray_in 'incidents reopen'" -s h -l help -d 'display help for command'
complete -c stray -n "__stray_in 'incidents false-positive'" -l socket -r -F -d 'control socket of strayd'
complete -c stray -n "__stray_in 'incidents false-positive'" -l json -d 'print JSON'
complete -c stray -n "__stray_in 'incidents false-positive'" -l text -r -d 'why'
complete -c stray -n "__stray_in 'incidents false-positive'" -s h -l help -d 'display help for command'
complete -c stray -n "__stray_in 'incidents note'" -l socket -r -F -d 'control socket of strayd'
complete -c stray -n "__stray_in 'incidents note'" -l json -d 'print JSON'
complete -c stray -n "__stray_in 'incidents note'" -s h -l help -d 'display help for command'
complete -c stray -n "__stray_in 'incidents merge'" -l socket -r -F -d 'control socket of strayd'
complete -c stray -n "__stray_in 'incidents merge'" -l json -d 'print JSON'
complete -c stray -n "__stray_in 'incidents merge'" -l text -r -d 'why'
complete -c stray -n "__stray_in 'incidents merge'" -s h -l help -d 'display help for command'
complete -c stray -n "__stray_in 'incidents mute'" -l socket -r -F -d 'control socket of strayd'
complete -c stray -n "__stray_in 'incidents mute'" -l json -d 'print JSON'
complete -c stray -n "__stray_in 'incidents mute'" -l source -r -d 'this address or network as the source'
complete -c stray -n "__stray_in 'incidents mute'" -l destination -r -d 'this address or network as the destination'
complete -c stray -n "__stray_in 'incidents mute'" -l sid -r -d 'alerts of this rule'
complete -c stray -n "__stray_in 'incidents mute'" -l finding -r -f -a 'midstream-data one-way dark-destination ip-id-zero fin-with-data-no-handshake unanswered-retransmit null-scan fin-scan xmas-scan ack-scan syn-scan port-sweep host-sweep syn-flood backscatter land martian-source bad-checksum bad-header fragment-overlap fragment-tiny ttl-jitter ip-id-jitter overlap-conflict rst-injected http-traversal http-overlong-utf8 http-double-encode signature' -d 'this finding'
complete -c stray -n "__stray_in 'incidents mute'" -l for -r -d 'how long: 1h, 7d'
complete -c stray -n "__stray_in 'incidents mute'" -l until -r -d 'until when'
complete -c stray -n "__stray_in 'incidents mute'" -l reason -r -d 'why'
complete -c stray -n "__stray_in 'incidents mute'" -s h -l help -d 'display help for command'
complete -c stray -n "__stray_in 'incidents mutes'" -l socket -r -F -d 'control socket of strayd'
complete -c stray -n "__stray_in 'incidents mutes'" -l json -d 'print JSON'
complete -c stray -n "__stray_in 'incidents mutes'" -s h -l help -d 'display help for command'
complete -c stray -n "__stray_in 'incidents unmute'" -l socket -r -F -d 'control socket of strayd'
complete -c stray -n "__stray_in 'incidents unmute'" -l json -d 'print JSON'
complete -c stray -n "__stray_in 'incidents unmute'" -s h -l help -d 'display help for command'
complete -c stray -n "__stray_in 'incidents export'" -l state -r -f -a 'open acknowledged closed false-positive' -d 'only in this state'
complete -c stray -n "__stray_in 'incidents export'" -l all -d 'in any state'
complete -c stray -n "__stray_in 'incidents export'" -l severity -r -f -a 'low medium high critical' -d 'at least so grave'
complete -c stray -n "__stray_in 'incidents export'" -l since -r -d 'only seen at this time or later'
complete -c stray -n "__stray_in 'incidents export'" -l source -r -d 'only about this source or target'
complete -c stray -n "__stray_in 'incidents export'" -l socket -r -F -d 'control socket of strayd'
complete -c stray -n "__stray_in 'incidents export'" -l database -r -F -d 'read this incidents.db in place of asking strayd'
complete -c stray -n "__stray_in 'incidents export'" -s h -l help -d 'display help for command'
complete -c stray -n "__stray_in 'incidents report'" -l socket -r -F -d 'control socket of strayd'
complete -c stray -n "__stray_in 'incidents report'" -l database -r -F -d 'read this incidents.db in place of asking strayd'
complete -c stray -n "__stray_in 'incidents report'" -l format -r -f -a 'text markdown json html iodef' -d 'how it is written'
complete -c stray -n "__stray_in 'incidents report'" -s o -l output -r -F -d 'write it to a file: .txt .text .md .markdown .json .html .htm .iodef sa…'
complete -c stray -n "__stray_in 'incidents report'" -l iodef-name -r -d 'who sends it, beside the ids of IODEF'
complete -c stray -n "__stray_in 'incidents report'" -l iodef-contact -r -d 'mail address of who sends it'
complete -c stray -n "__stray_in 'incidents report'" -l evidence -r -f -a '(__fish_complete_directories)' -d 'where the sensor\'s evidence files are'
complete -c stray -n "__stray_in 'incidents report'" -s h -l help -d 'display help for command'
complete -c stray -n "__stray_in 'dark' 0 0" -a list -d 'list addresses by what is known of them'
complete -c stray -n "__stray_in 'dark' 0 0" -a explain -d 'say what is known of an address, and why'
complete -c stray -n "__stray_in 'dark' 0 0" -a export -d 'print lists, and who was heard'
complete -c stray -n "__stray_in 'dark' 0 0" -a import -d 'tell strayd which addresses are used and which are not'
complete -c stray -n "__stray_in 'dark' 0 0" -a forget -d 'take away what was imported and heard of addresses'
complete -c stray -n "__stray_in 'dark'" -s h -l help -d 'display help for command'
complete -c stray -n "__stray_in 'dark'" -l socket -r -F -d 'control socket of strayd'
complete -c stray -n "__stray_in 'dark'" -l state -r -F -d 'read this dark.state in place of asking strayd'
complete -c stray -n "__stray_in 'dark'" -l json -d 'print JSON'
complete -c stray -n "__stray_in 'dark'" -l dark -d 'those that nobody uses'
complete -c stray -n "__stray_in 'dark'" -l alive -d 'those in use'
complete -c stray -n "__stray_in 'dark'" -l all -d 'all of them'
complete -c stray -n "__stray_in 'dark list'" -l socket -r -F -d 'control socket of strayd'
complete -c stray -n "__stray_in 'dark list'" -l state -r -F -d 'read this dark.state in place of asking strayd'
complete -c stray -n "__stray_in 'dark list'" -l json -d 'print JSON'
complete -c stray -n "__stray_in 'dark list'" -l dark -d 'those that nobody uses'
complete -c stray -n "__stray_in 'dark list'" -l alive -d 'those in use'
complete -c stray -n "__stray_in 'dark list'" -l all -d 'all of them'
complete -c stray -n "__stray_in 'dark list'" -s h -l help -d 'display help for command'
complete -c stray -n "__stray_in 'dark explain'" -l socket -r -F -d 'control socket of strayd'
complete -c stray -n "__stray_in 'dark explain'" -l state -r -F -d 'read this dark.state in place of asking strayd'
complete -c stray -n "__stray_in 'dark explain'" -l json -d 'print JSON'
complete -c stray -n "__stray_in 'dark explain'" -s h -l help -d 'display help for command'
complete -c stray -n "__stray_in 'dark export'" -l socket -r -F -d 'control socket of strayd'
complete -c stray -n "__stray_in 'dark export'" -l state -r -F -d 'read this dark.state in place of asking strayd'
complete -c stray -n "__stray_in 'dark export'" -l json -d 'print JSON'
complete -c stray -n "__stray_in 'dark export'" -s h -l help -d 'display help for command'
complete -c stray -n "__stray_in 'dark import'" -l socket -r -F -d 'control socket of strayd'
complete -c stray -n "__stray_in 'dark import'" -l json -d 'print JSON'
complete -c stray -n "__stray_in 'dark import'" -l replace -d 'in place of what was imported before'
complete -c stray -n "__stray_in 'dark import'" -s h -l help -d 'display help for command'
complete -c stray -n "__stray_in 'dark import' 0 0" -F
complete -c stray -n "__stray_in 'dark forget'" -l socket -r -F -d 'control socket of strayd'
complete -c stray -n "__stray_in 'dark forget'" -l json -d 'print JSON'
complete -c stray -n "__stray_in 'dark forget'" -s h -l help -d 'display help for command'
complete -c stray -n "__stray_in 'rules' 0 0" -a check -d 'say which rules would load, which not and why, and what they take'
complete -c stray -n "__stray_in 'rules' 0 0" -a list -d 'list the rules of files, each with the content that it is found by'
complete -c stray -n "__stray_in 'rules' 0 0" -a show -d 'show what a rule was understood as and what is done for it'
complete -c stray -n "__stray_in 'rules' 0 0" -a stats -d 'print what the running sensor\'s rules have matched since they came into…'
complete -c stray -n "__stray_in 'rules'" -s h -l help -d 'display help for command'
complete -c stray -n "__stray_in 'rules check'" -l var -r -d 'a variable of rules, such as HOME_NET=192.0.2.0/24'
complete -c stray -n "__stray_in 'rules check'" -l profile -r -f -a 'small default large' -d 'whose bounds the compiled rules must keep'
complete -c stray -n "__stray_in 'rules check'" -l json -d 'print the result as JSON'
complete -c stray -n "__stray_in 'rules check'" -l strict -d 'warnings too end with exit status 1'
complete -c stray -n "__stray_in 'rules check'" -s h -l help -d 'display help for command'
complete -c stray -n "__stray_in 'rules check' 0 999" -F
complete -c stray -n "__stray_in 'rules list'" -l var -r -d 'a variable of rules, such as HOME_NET=192.0.2.0/24'
complete -c stray -n "__stray_in 'rules list'" -l profile -r -f -a 'small default large' -d 'whose bounds the compiled rules must keep'
complete -c stray -n "__stray_in 'rules list'" -l json -d 'print the result as JSON'
complete -c stray -n "__stray_in 'rules list'" -s h -l help -d 'display help for command'
complete -c stray -n "__stray_in 'rules list' 0 999" -F
complete -c stray -n "__stray_in 'rules show'" -l var -r -d 'a variable of rules, such as HOME_NET=192.0.2.0/24'
complete -c stray -n "__stray_in 'rules show'" -l profile -r -f -a 'small default large' -d 'whose bounds the compiled rules must keep'
complete -c stray -n "__stray_in 'rules show'" -l json -d 'print the result as JSON'
complete -c stray -n "__stray_in 'rules show'" -s h -l help -d 'display help for command'
complete -c stray -n "__stray_in 'rules show' 1 999" -F
complete -c stray -n "__stray_in 'rules stats'" -l socket -r -F -d 'control socket of strayd'
complete -c stray -n "__stray_in 'rules stats'" -l all -d 'also rules that have not matched'
complete -c stray -n "__stray_in 'rules stats'" -l top -r -d 'only the N that matched most'
complete -c stray -n "__stray_in 'rules stats'" -l json -d 'everything as one JSON object'
complete -c stray -n "__stray_in 'rules stats'" -s h -l help -d 'display help for command'
complete -c stray -n "__stray_in 'bypass' 0 0" -a show -d 'say how the sensor stands in the wire'
complete -c stray -n "__stray_in 'bypass' 0 0" -a on -d 'let the kernel carry every frame'
complete -c stray -n "__stray_in 'bypass' 0 0" -a off -d 'take frames through the sensor again'
complete -c stray -n "__stray_in 'bypass' 0 0" -a test -d 'hold the sensor\'s beat back, and see whether the kernel carries frames'
complete -c stray -n "__stray_in 'bypass'" -s h -l help -d 'display help for command'
complete -c stray -n "__stray_in 'bypass'" -l socket -r -F -d 'control socket of strayd'
complete -c stray -n "__stray_in 'bypass'" -l json -d 'as one JSON object on one line'
complete -c stray -n "__stray_in 'bypass show'" -l socket -r -F -d 'control socket of strayd'
complete -c stray -n "__stray_in 'bypass show'" -l json -d 'as one JSON object on one line'
complete -c stray -n "__stray_in 'bypass show'" -s h -l help -d 'display help for command'
complete -c stray -n "__stray_in 'bypass on'" -l socket -r -F -d 'control socket of strayd'
complete -c stray -n "__stray_in 'bypass on'" -l json -d 'as one JSON object on one line'
complete -c stray -n "__stray_in 'bypass on'" -l yes -d 'with several sensors'
complete -c stray -n "__stray_in 'bypass on'" -s h -l help -d 'display help for command'
complete -c stray -n "__stray_in 'bypass off'" -l socket -r -F -d 'control socket of strayd'
complete -c stray -n "__stray_in 'bypass off'" -l json -d 'as one JSON object on one line'
complete -c stray -n "__stray_in 'bypass off'" -l yes -d 'with several sensors'
complete -c stray -n "__stray_in 'bypass off'" -s h -l help -d 'display help for command'
complete -c stray -n "__stray_in 'bypass test'" -l socket -r -F -d 'control socket of strayd'
complete -c stray -n "__stray_in 'bypass test'" -l json -d 'as one JSON object on one line'
complete -c stray -n "__stray_in 'bypass test'" -s h -l help -d 'display help for command'
complete -c stray -n "__stray_in 'counters'" -l socket -r -F -d 'control socket of strayd'
complete -c stray -n "__stray_in 'counters'" -l watch -d 'again and again, with rates'
complete -c stray -n "__stray_in 'counters'" -l all -d 'also those that are 0'
complete -c stray -n "__stray_in 'counters'" -l worker -d 'also of each worker, or of one'
complete -c stray -n "__stray_in 'counters'" -l interface -f -a '(__stray_interfaces)' -d 'also of each interface, or of one'
complete -c stray -n "__stray_in 'counters'" -l json -d 'everything as JSON, one object a line'
complete -c stray -n "__stray_in 'counters'" -s h -l help -d 'display help for command'
complete -c stray -n "__stray_in 'reload'" -l socket -r -F -d 'control socket of strayd'
complete -c stray -n "__stray_in 'reload'" -l yes -d 'with several sensors'
complete -c stray -n "__stray_in 'reload'" -l json -d 'what changed as one JSON object on one line'
complete -c stray -n "__stray_in 'reload'" -s h -l help -d 'display help for command'
complete -c stray -n "__stray_in 'stop'" -l socket -r -F -d 'control socket of strayd'
complete -c stray -n "__stray_in 'stop'" -l yes -d 'with several sensors'
complete -c stray -n "__stray_in 'stop'" -l wait -r -d 'wait so long until it has ended'
complete -c stray -n "__stray_in 'stop'" -l json -d 'as one JSON object on one line'
complete -c stray -n "__stray_in 'stop'" -s h -l help -d 'display help for command'
complete -c stray -n "__stray_in 'config' 0 0" -a check -d 'say what is wrong in a configuration, all of it at once'
complete -c stray -n "__stray_in 'config' 0 0" -a show -d 'print the configuration as it takes effect, with every default filled in'
complete -c stray -n "__stray_in 'config' 0 0" -a default -d 'print a configuration to begin with: every key, its meaning and its def…'
complete -c stray -n "__stray_in 'config'" -s h -l help -d 'display help for command'
complete -c stray -n "__stray_in 'config check'" -l strict -d 'warnings too end with exit status 1'
complete -c stray -n "__stray_in 'config check'" -l json -d 'print the result as one JSON object'
complete -c stray -n "__stray_in 'config check'" -s h -l help -d 'display help for command'
complete -c stray -n "__stray_in 'config check' 0 0" -F
complete -c stray -n "__stray_in 'config show'" -l changed -d 'only the interfaces and what is not as by default'
complete -c stray -n "__stray_in 'config show'" -l defaults -d 'the defaults alone'
complete -c stray -n "__stray_in 'config show'" -l json -d 'print it as one JSON object: durations in ms, sizes in bytes'
complete -c stray -n "__stray_in 'config show'" -s h -l help -d 'display help for command'
complete -c stray -n "__stray_in 'config show' 0 0" -F
complete -c stray -n "__stray_in 'config default'" -s h -l help -d 'display help for command'
complete -c stray -n "__stray_in 'rpc'" -l socket -r -F -d 'control socket of strayd'
complete -c stray -n "__stray_in 'rpc'" -l role -r -f -a 'viewer operator admin' -d 'no more than this role, whatever the account has'
complete -c stray -n "__stray_in 'rpc'" -s h -l help -d 'display help for command'
complete -c stray -n "__stray_in 'shell'" -l role -r -f -a 'viewer operator admin' -d 'no more than this role, whatever the account has'
complete -c stray -n "__stray_in 'shell'" -s c -r -d 'the command, as sshd gives it to a login shell'
complete -c stray -n "__stray_in 'shell'" -l socket -r -F -d 'control socket of strayd'
complete -c stray -n "__stray_in 'shell'" -s h -l help -d 'display help for command'
complete -c stray -n "__stray_in 'completion'" -s h -l help -d 'display help for command'
complete -c stray -n "__stray_in 'completion' 0 0" -f -a 'bash zsh fish'
complete -c stray -n "__stray_in 'help' 0 9" -a read -d 'read capture files'
complete -c stray -n "__stray_in 'help' 0 9" -a report -d 'write what is strange in capture files, and why, for people: the letter'
complete -c stray -n "__stray_in 'help' 0 9" -a run -d 'run the sensor'
complete -c stray -n "__stray_in 'help' 0 9" -a status -d 'show how the running sensor is: interfaces, workers, flows, outputs, pr…'
complete -c stray -n "__stray_in 'help' 0 9" -a top -d 'watch the running sensor: rates, drops, interfaces, top flows, findings'
complete -c stray -n "__stray_in 'help' 0 9" -a flows -d 'print the running sensor\'s live flows, or flow records of its store'
complete -c stray -n "__stray_in 'help' 0 9" -a alerts -d 'print the running sensor\'s latest alerts, and those that follow'
complete -c stray -n "__stray_in 'help' 0 9" -a incidents -d 'what happened: list, show, report, close, note, merge, mute'
complete -c stray -n "__stray_in 'help' 0 9" -a dark -d 'who lives in the home networks, and which addresses nobody uses'
complete -c stray -n "__stray_in 'help' 0 9" -a rules -d 'check, list and show rules'
complete -c stray -n "__stray_in 'help' 0 9" -a bypass -d 'let frames go by the sensor, or try whether they would when it stands s…'
complete -c stray -n "__stray_in 'help' 0 9" -a counters -d 'print the running sensor\'s counters'
complete -c stray -n "__stray_in 'help' 0 9" -a reload -d 'make the running sensor read its configuration anew'
complete -c stray -n "__stray_in 'help' 0 9" -a stop -d 'stop the running sensor after its flows are recorded'
complete -c stray -n "__stray_in 'help' 0 9" -a config -d 'check, show or begin the configuration of `stray run`'
complete -c stray -n "__stray_in 'help' 0 9" -a rpc -d 'join standard input and output to the running sensor\'s control socket'
complete -c stray -n "__stray_in 'help' 0 9" -a shell -d 'run commands for a restricted login over ssh: the sensor\'s own, and not…'
complete -c stray -n "__stray_in 'help' 0 9" -a completion -d 'print the script with which a shell completes stray\'s words'
complete -c stray -n "__stray_in 'help' 0 9" -a help -d 'tell of a command, a finding, a cause, an error code, a counter, a key'
complete -c stray -n "__stray_in 'help' 0 9" -a hosts -d 'say which sensors the names behind -H stand for'
complete -c stray -n "__stray_in 'help' 0 9" -a board -d 'profiles of small boards: what they have, what fits, a configuration to…'
complete -c stray -n "__stray_in 'help' 0 9" -a update -d 'install a signed package, and go back when it does not work'
complete -c stray -n "__stray_in 'help'" -l json -d 'as JSON: an array of what was found'
complete -c stray -n "__stray_in 'help'" -s h -l help -d 'display help for command'
complete -c stray -n "__stray_in 'help' 0 999" -f -a 'topics findings causes errors counters metrics keys midstream-data one-way dark-destination ip-id-zero fin-with-data-no-handshake unanswered-retransmit null-scan fin-scan xmas-scan ack-scan syn-scan port-sweep host-sweep syn-flood backscatter land martian-source bad-checksum bad-header fragment-overlap fragment-tiny ttl-jitter ip-id-jitter overlap-conflict rst-injected http-traversal http-overlong-utf8 http-double-encode signature'
complete -c stray -n "__stray_in 'hosts'" -l json -d 'one JSON object a line'
complete -c stray -n "__stray_in 'hosts'" -s h -l help -d 'display help for command'
complete -c stray -n "__stray_in 'board' 0 0" -a list -d 'the boards that stray has a profile of'
complete -c stray -n "__stray_in 'board' 0 0" -a show -d 'what a board has, and what stray takes of its memory and storage, part…'
complete -c stray -n "__stray_in 'board' 0 0" -a check -d 'say whether a profile is valid and fits its board'
complete -c stray -n "__stray_in 'board' 0 0" -a config -d 'print a stray.yaml for a board'
complete -c stray -n "__stray_in 'board'" -s h -l help -d 'display help for command'
complete -c stray -n "__stray_in 'board list'" -l json -d 'print them as one JSON array'
complete -c stray -n "__stray_in 'board list'" -s h -l help -d 'display help for command'
complete -c stray -n "__stray_in 'board show'" -l json -d 'print it as one JSON object: sizes in bytes'
complete -c stray -n "__stray_in 'board show'" -s h -l help -d 'display help for command'
complete -c stray -n "__stray_in 'board show' 0 0" -f -a 'generic-x64 nanopi-r4s pc-engines-apu2 qemu-aarch64 qemu-x64 raspberry-pi-4 raspberry-pi-cm4'
complete -c stray -n "__stray_in 'board check'" -l json -d 'print the result as one JSON array'
complete -c stray -n "__stray_in 'board check'" -s h -l help -d 'display help for command'
complete -c stray -n "__stray_in 'board check' 0 0" -f -a 'generic-x64 nanopi-r4s pc-engines-apu2 qemu-aarch64 qemu-x64 raspberry-pi-4 raspberry-pi-cm4'
complete -c stray -n "__stray_in 'board config'" -l json -d 'print it whole, as one JSON object: durations in ms, sizes in bytes'
complete -c stray -n "__stray_in 'board config'" -s h -l help -d 'display help for command'
complete -c stray -n "__stray_in 'board config' 0 0" -f -a 'generic-x64 nanopi-r4s pc-engines-apu2 qemu-aarch64 qemu-x64 raspberry-pi-4 raspberry-pi-cm4'
complete -c stray -n "__stray_in 'update' 0 0" -a check -d 'say whether a package would be taken'
complete -c stray -n "__stray_in 'update' 0 0" -a apply -d 'put a package\'s version in force, and keep the last one'
complete -c stray -n "__stray_in 'update' 0 0" -a status -d 'show which versions are there, and what became of the last update'
complete -c stray -n "__stray_in 'update' 0 0" -a rollback -d 'put the version before the last update in force again'
complete -c stray -n "__stray_in 'update'" -s h -l help -d 'display help for command'
complete -c stray -n "__stray_in 'update check'" -l force -d 'also a version that is not newer'
complete -c stray -n "__stray_in 'update check'" -l json -d 'as one JSON object on one line'
complete -c stray -n "__stray_in 'update check'" -s h -l help -d 'display help for command'
complete -c stray -n "__stray_in 'update check' 0 0" -F
complete -c stray -n "__stray_in 'update apply'" -l socket -r -F -d 'control socket of strayd'
complete -c stray -n "__stray_in 'update apply'" -l force -d 'also a version that is not newer'
complete -c stray -n "__stray_in 'update apply'" -l trial -r -d 'how long the version may take to be healthy'
complete -c stray -n "__stray_in 'update apply'" -l json -d 'as one JSON object on one line'
complete -c stray -n "__stray_in 'update apply'" -s h -l help -d 'display help for command'
complete -c stray -n "__stray_in 'update apply' 0 0" -F
complete -c stray -n "__stray_in 'update status'" -l json -d 'as one JSON object on one line'
complete -c stray -n "__stray_in 'update status'" -s h -l help -d 'display help for command'
complete -c stray -n "__stray_in 'update rollback'" -l socket -r -F -d 'control socket of strayd'
complete -c stray -n "__stray_in 'update rollback'" -l trial -r -d 'how long the version may take to be healthy'
complete -c stray -n "__stray_in 'update rollback'" -l json -d 'as one JSON object on one line'
complete -c stray -n "__stray_in 'update rollback'" -s h -l help -d 'display help for command'
