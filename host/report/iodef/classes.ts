// IODEF's classes as stray fills them: RFC 7970 as JSON by RFC 8727, section 6.
// Apart, and only types, because the mapping is easier to read without them.
// Always holds: names are the RFC's; enumerations have only the words that stray uses; a list is absent or not empty.

export interface IodefDocument {
  readonly version: "2.0";
  readonly lang: "en";
  readonly Incident: readonly IodefIncident[];
}

export interface IodefIncident {
  readonly purpose: "reporting";
  readonly status: "new" | "in-progress" | "resolved";
  readonly lang: "en";
  readonly restriction: "private";
  readonly IncidentID: IncidentId;
  readonly RelatedActivity?: readonly RelatedActivity[];
  readonly DetectTime: string;
  readonly StartTime: string;
  readonly EndTime: string;
  readonly ReportTime: string;
  readonly GenerationTime: string;
  readonly Description: readonly string[];
  readonly Discovery: readonly Discovery[];
  readonly Assessment: readonly Assessment[];
  readonly Method?: readonly Method[];
  readonly Contact: readonly Contact[];
  readonly EventData: readonly EventData[];
  readonly History?: { readonly HistoryItem: readonly HistoryItem[] };
  readonly AdditionalData: readonly Extension[];
}

export interface IncidentId {
  readonly id: string;
  readonly name: string;
}

export interface RelatedActivity {
  readonly IncidentID: readonly IncidentId[];
  readonly Description: readonly string[];
}

export interface Contact {
  readonly role: "creator";
  readonly type: "organization";
  readonly ContactName: readonly string[];
  readonly Email?: readonly { readonly EmailTo: string }[];
}

export interface Discovery {
  readonly source: "nidps" | "network-flow";
  readonly Description: readonly string[];
  readonly DetectionPattern?: readonly DetectionPattern[];
}

export interface DetectionPattern {
  readonly Application: Software;
  readonly DetectionConfiguration: readonly string[];
}

export interface Software {
  readonly SoftwareReference: {
    readonly value: string;
    readonly "spec-name": "custom";
    readonly dtype: "string";
  };
}

export interface Method {
  readonly Reference?: readonly Reference[];
  readonly Description: readonly string[];
}

export interface Reference {
  readonly ReferenceName?: { readonly specIndex: number; readonly ID: string };
  readonly URL?: readonly string[];
  readonly Description?: readonly string[];
}

export type ImpactType = "integrity-data" | "unknown";

export interface Assessment {
  readonly occurrence: "actual";
  readonly IncidentCategory: readonly string[];
  readonly Impact: readonly {
    readonly SystemImpact: { readonly severity: Grade; readonly type: ImpactType };
  }[];
  readonly Counter?: readonly Counter[];
  readonly MitigatingFactor?: readonly string[];
  readonly Cause?: readonly string[];
  readonly Confidence?: { readonly value: number; readonly rating: "numeric" };
}

export type Grade = "low" | "medium" | "high";

export interface Counter {
  readonly value: number;
  readonly type: "count" | "average";
  readonly unit: "byte" | "packet" | "flow" | "session" | "alert" | "host";
  readonly meaning: string;
  readonly duration?: "second";
}

export interface EventData {
  readonly Description?: readonly string[];
  readonly StartTime: string;
  readonly EndTime: string;
  readonly System?: readonly System[];
  readonly Expectation?: readonly Expectation[];
  readonly RecordData?: readonly RecordData[];
  readonly EventData?: readonly EventData[];
}

export interface Expectation {
  readonly action: "investigate";
  readonly Description: readonly string[];
}

export interface System {
  readonly category: "source" | "target";
  readonly Node: { readonly Address: readonly Address[] };
  readonly Service?: readonly Service[];
  readonly Counter?: readonly Counter[];
}

export interface Address {
  readonly value: string;
  readonly category: "ipv4-addr" | "ipv6-addr" | "mac" | "ext-value";
  readonly "ext-category"?: string;
}

export interface Service {
  readonly "ip-protocol": number;
  readonly Port?: number;
  readonly ProtoCode?: number;
  readonly ProtoType?: number;
}

export interface RecordData {
  readonly DateTime: string;
  readonly Description: readonly string[];
  readonly Application: Software;
  readonly RecordItem: readonly Extension[];
}

export interface HistoryItem {
  readonly action: "status-new-info" | "status-triage" | "other";
  readonly DateTime: string;
  readonly Description: readonly string[];
}

export interface Extension {
  readonly value: string;
  readonly name: string;
  readonly dtype: "string" | "json";
  readonly meaning: string;
}
