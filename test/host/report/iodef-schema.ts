// A JSON Schema of the parts of IODEF (RFC 7970) that stray writes, in the JSON of RFC 8727, section 6.
// Apart from the code that writes them because it is made from the RFC's data model and not from that code.
// Always holds: a class has the RFC's keys and no others; each enumeration has all values of the RFC; what the RFC
// requires is required; a list that is there is not empty.

type Schema = Readonly<Record<string, unknown>>;

const TEXT: Schema = { type: "string" };
const INTEGER: Schema = { type: "integer" };
const NUMBER: Schema = { type: "number" };
/** The RFC's regular expressions, anchored as in CDDL. */
const IDENTIFIER: Schema = { type: "string", pattern: "^[a-zA-Z_][a-zA-Z0-9_.-]*$" };
const LANGUAGE: Schema = { type: "string", pattern: "^$|^[a-zA-Z]{1,8}(-[a-zA-Z0-9]{1,8})*$" };
const PORT_LIST: Schema = { type: "string", pattern: "^[0-9]+(-[0-9]+)?(,[0-9]+(-[0-9]+)?)*$" };
/** RFC 3339, as CDDL's tdate asks for. */
const TIME: Schema = {
  type: "string",
  pattern:
    "^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])T([01][0-9]|2[0-3]):[0-5][0-9]:([0-5][0-9]|60)" +
    "(\\.[0-9]+)?(Z|[+-]([01][0-9]|2[0-3]):[0-5][0-9])$",
};
/** RFC 3986: a scheme, and no blanks, quotes or angle brackets. */
const URL: Schema = { type: "string", pattern: '^[A-Za-z][A-Za-z0-9+.-]*:[^\\s<>"{}|\\\\^`]*$' };

const words = (text: string): Schema => ({ enum: text.trim().split(/\s+/) });
const list = (items: Schema): Schema => ({ type: "array", items, minItems: 1 });
const ref = (name: string): Schema => ({ $ref: `#/definitions/${name}` });
const texts = list(ref("MLStringType"));

/** A class: keys that end in "!" are required. */
function classOf(keys: Readonly<Record<string, Schema>>): Schema {
  const names = Object.keys(keys);
  return {
    type: "object",
    properties: Object.fromEntries(names.map((name) => [name.replace("!", ""), keys[name]])),
    required: names.filter((name) => name.endsWith("!")).map((name) => name.slice(0, -1)),
    additionalProperties: false,
  };
}

/** `restriction` and its extension, which most classes have. */
const RESTRICTED: Readonly<Record<string, Schema>> = {
  restriction: ref("restriction"),
  "ext-restriction": TEXT,
};
const OBSERVABLE: Readonly<Record<string, Schema>> = { "observable-id": IDENTIFIER };
const GRADES = "low medium high";

export const IODEF_SCHEMA = {
  $schema: "http://json-schema.org/draft-07/schema#",
  ...classOf({
    "version!": { const: "2.0" },
    lang: LANGUAGE,
    "format-id": TEXT,
    "private-enum-name": TEXT,
    "private-enum-id": TEXT,
    "Incident!": list(ref("Incident")),
    AdditionalData: list(ref("ExtensionType")),
  }),
  definitions: {
    restriction: words("public partner need-to-know private default white green amber red ext-value"),
    action: words(`
      nothing contact-source-site contact-target-site contact-sender investigate block-host block-network block-port
      rate-limit-host rate-limit-network rate-limit-port redirect-traffic honeypot upgrade-software rebuild-asset
      harden-asset remediate-other status-triage status-new-info watch-and-report training defined-coa other
      ext-value`),
    duration: words("second minute hour day month quarter year ext-value"),
    MLStringType: {
      oneOf: [TEXT, classOf({ "value!": TEXT, lang: LANGUAGE, "translation-id": TEXT })],
    },
    ExtensionType: classOf({
      "value!": TEXT,
      name: TEXT,
      "dtype!": words(`
        boolean byte bytes character date-time ntpstamp integer portlist real string file path frame packet
        ipv4-packet json ipv6-packet url csv winreg xml ext-value`),
      "ext-dtype": TEXT,
      meaning: TEXT,
      formatid: TEXT,
      ...RESTRICTED,
      ...OBSERVABLE,
    }),
    SoftwareType: classOf({
      SoftwareReference: classOf({
        value: TEXT,
        "spec-name!": words("custom cpe swid ext-value"),
        "ext-spec-name": TEXT,
        dtype: words("bytes integer real string xml ext-value"),
        "ext-dtype": TEXT,
      }),
      URL: list(URL),
      Description: texts,
    }),
    Incident: classOf({
      "purpose!": words("traceback mitigation reporting watch other ext-value"),
      "ext-purpose": TEXT,
      status: words("new in-progress forwarded resolved future ext-value"),
      "ext-status": TEXT,
      lang: LANGUAGE,
      ...RESTRICTED,
      ...OBSERVABLE,
      "IncidentID!": ref("IncidentID"),
      AlternativeID: classOf({ ...RESTRICTED, "IncidentID!": list(ref("IncidentID")) }),
      RelatedActivity: list(ref("RelatedActivity")),
      DetectTime: TIME,
      StartTime: TIME,
      EndTime: TIME,
      RecoveryTime: TIME,
      ReportTime: TIME,
      "GenerationTime!": TIME,
      Description: texts,
      Discovery: list(ref("Discovery")),
      Assessment: list(ref("Assessment")),
      Method: list(ref("Method")),
      "Contact!": list(ref("Contact")),
      EventData: list(ref("EventData")),
      History: classOf({ ...RESTRICTED, "HistoryItem!": list(ref("HistoryItem")) }),
      AdditionalData: list(ref("ExtensionType")),
    }),
    IncidentID: classOf({ "id!": TEXT, "name!": TEXT, instance: TEXT, ...RESTRICTED }),
    RelatedActivity: classOf({
      ...RESTRICTED,
      IncidentID: list(ref("IncidentID")),
      URL: list(URL),
      Confidence: ref("Confidence"),
      Description: list(TEXT),
      AdditionalData: list(ref("ExtensionType")),
    }),
    Contact: classOf({
      "role!": words(`
        creator reporter admin tech provider user billing legal irt abuse cc cc-irt leo vendor vendor-support victim
        victim-notified ext-value`),
      "ext-role": TEXT,
      "type!": words("person organization ext-value"),
      "ext-type": TEXT,
      ...RESTRICTED,
      ContactName: texts,
      ContactTitle: texts,
      Description: texts,
      Email: list(
        classOf({
          type: words("direct hotline ext-value"),
          "ext-type": TEXT,
          "EmailTo!": TEXT,
          Description: texts,
        }),
      ),
      Contact: list(ref("Contact")),
      AdditionalData: list(ref("ExtensionType")),
    }),
    Discovery: classOf({
      source: words(`
        nidps hips siem av third-party-monitoring incident os-log application-log device-log network-flow
        passive-dns investigation audit internal-notification external-notification leo partner actor unknown
        ext-value`),
      "ext-source": TEXT,
      ...RESTRICTED,
      Description: texts,
      Contact: list(ref("Contact")),
      DetectionPattern: list({
        ...classOf({
          ...RESTRICTED,
          ...OBSERVABLE,
          "Application!": ref("SoftwareType"),
          Description: texts,
          DetectionConfiguration: list(TEXT),
        }),
        // RFC 7970, 3.10.1: one of the two (the CDDL's comma asks for both, its informative schema for one).
        oneOf: [{ required: ["Description"] }, { required: ["DetectionConfiguration"] }],
      }),
    }),
    Method: classOf({
      ...RESTRICTED,
      Reference: list(ref("Reference")),
      Description: texts,
      AdditionalData: list(ref("ExtensionType")),
    }),
    Reference: classOf({
      ...OBSERVABLE,
      ReferenceName: classOf({ "specIndex!": INTEGER, "ID!": IDENTIFIER }),
      URL: list(URL),
      Description: texts,
    }),
    Assessment: classOf({
      occurrence: words("actual potential"),
      ...RESTRICTED,
      ...OBSERVABLE,
      IncidentCategory: texts,
      "Impact!": list({
        ...classOf({
          SystemImpact: ref("SystemImpact"),
          BusinessImpact: ref("BusinessImpact"),
          IntendedImpact: ref("BusinessImpact"),
        }),
        minProperties: 1,
        maxProperties: 1,
      }),
      Counter: list(ref("Counter")),
      MitigatingFactor: texts,
      Cause: texts,
      Confidence: ref("Confidence"),
      AdditionalData: list(ref("ExtensionType")),
    }),
    SystemImpact: classOf({
      severity: words(GRADES),
      completion: words("failed succeeded"),
      "type!": words(`
        takeover-account takeover-service takeover-system cps-manipulation cps-damage availability-data
        availability-account availability-service availability-system damaged-system damaged-data
        breach-proprietary breach-privacy breach-credential breach-configuration integrity-data
        integrity-configuration integrity-hardware traffic-redirection monitoring-traffic monitoring-host policy
        unknown ext-value`),
      "ext-type": TEXT,
      Description: texts,
    }),
    BusinessImpact: classOf({
      severity: words("none low medium high unknown ext-value"),
      "ext-severity": TEXT,
      "type!": words(`
        breach-proprietary breach-privacy breach-credential loss-of-integrity loss-of-service theft-financial
        theft-service degraded-reputation asset-damage asset-manipulation legal extortion unknown ext-value`),
      "ext-type": TEXT,
      Description: texts,
    }),
    Confidence: classOf({
      "value!": NUMBER,
      "rating!": words("low medium high numeric unknown ext-value"),
      "ext-rating": TEXT,
    }),
    Counter: classOf({
      "value!": NUMBER,
      "type!": words("count peak average ext-value"),
      "ext-type": TEXT,
      "unit!": words("byte mbit packet flow session alert message event host site organization ext-value"),
      "ext-unit": TEXT,
      meaning: TEXT,
      duration: ref("duration"),
      "ext-duration": TEXT,
    }),
    HistoryItem: classOf({
      "action!": ref("action"),
      "ext-action": TEXT,
      ...RESTRICTED,
      ...OBSERVABLE,
      "DateTime!": TIME,
      IncidentID: ref("IncidentID"),
      Contact: ref("Contact"),
      Description: texts,
      DefinedCOA: list(TEXT),
      AdditionalData: list(ref("ExtensionType")),
    }),
    EventData: classOf({
      ...RESTRICTED,
      ...OBSERVABLE,
      Description: texts,
      DetectTime: TIME,
      StartTime: TIME,
      EndTime: TIME,
      RecoveryTime: TIME,
      ReportTime: TIME,
      Contact: list(ref("Contact")),
      Discovery: list(ref("Discovery")),
      Assessment: ref("Assessment"),
      Method: list(ref("Method")),
      System: list(ref("System")),
      Expectation: list(ref("Expectation")),
      RecordData: list(ref("RecordData")),
      EventData: list(ref("EventData")),
      AdditionalData: list(ref("ExtensionType")),
    }),
    Expectation: classOf({
      action: ref("action"),
      "ext-action": TEXT,
      severity: words(GRADES),
      ...RESTRICTED,
      ...OBSERVABLE,
      Description: texts,
      DefinedCOA: list(TEXT),
      StartTime: TIME,
      EndTime: TIME,
      Contact: ref("Contact"),
    }),
    System: classOf({
      category: words("source target intermediate sensor infrastructure ext-value"),
      "ext-category": TEXT,
      interface: TEXT,
      spoofed: words("unknown yes no"),
      virtual: words("yes no unknown"),
      ownership: words("organization personal partner customer no-relationship unknown ext-value"),
      "ext-ownership": TEXT,
      ...RESTRICTED,
      ...OBSERVABLE,
      "Node!": ref("Node"),
      Service: list(ref("Service")),
      OperatingSystem: list(ref("SoftwareType")),
      Counter: list(ref("Counter")),
      AssetID: list(TEXT),
      Description: texts,
      AdditionalData: list(ref("ExtensionType")),
    }),
    // Of a node's two ways to be named only the address is stray's.
    Node: classOf({ "Address!": list(ref("Address")), Location: texts, Counter: list(ref("Counter")) }),
    Address: classOf({
      "value!": TEXT,
      "category!": words(`
        asn atm e-mail ipv4-addr ipv4-net ipv4-net-masked ipv4-net-mask ipv6-addr ipv6-net ipv6-net-masked mac
        site-uri ext-value`),
      "ext-category": TEXT,
      "vlan-name": TEXT,
      "vlan-num": INTEGER,
      ...OBSERVABLE,
    }),
    Service: classOf({
      "ip-protocol": INTEGER,
      ...OBSERVABLE,
      ServiceName: classOf({ IANAService: TEXT, URL: list(URL), Description: texts }),
      Port: INTEGER,
      Portlist: PORT_LIST,
      ProtoCode: INTEGER,
      ProtoType: INTEGER,
      ProtoField: INTEGER,
      Application: ref("SoftwareType"),
    }),
    RecordData: classOf({
      ...RESTRICTED,
      ...OBSERVABLE,
      DateTime: TIME,
      Description: texts,
      Application: ref("SoftwareType"),
      RecordItem: list(ref("ExtensionType")),
      URL: list(URL),
      AdditionalData: list(ref("ExtensionType")),
    }),
  },
} as const;
