public import Timestamp

/// What a verification found.
public struct AuditReport: Sendable {
    /// The result in one word.
    public enum Verdict: Hashable, Sendable {
        /// Everything that was asked for was read, and nothing contradicts anything else.
        case verified
        /// Something was changed, removed or added.
        case tampered
        /// Nothing wrong was found, but not everything could be read.
        case unreadable
    }

    /// What was read of one segment.
    public struct Segment: Hashable, Sendable {
        /// The file's name.
        public let name: String
        /// The `seq` of its first record, which is also its name.
        public let firstSequence: Int
        /// How many records were read from it, up to the first fault of the chain.
        public internal(set) var records = 0
        /// `time.decided` (or `time`, where that is a text) of the first of them; nil if it has none.
        public internal(set) var firstTime: Instant?
        /// The same of the last of them.
        public internal(set) var lastTime: Instant?
    }

    /// One thing that is wrong, and where.
    public struct Fault: Hashable, Sendable {
        /// What is wrong; its raw value is the word for it in reports.
        public enum Kind: String, Hashable, Sendable {
            /// The line is not a record.
            case malformedRecord = "malformed-record"
            /// The record is of a version that this program does not know.
            case unknownVersion = "unknown-version"
            /// A record is missing, repeated, or out of order.
            case wrongSequence = "wrong-sequence"
            /// The record's bytes are not those that the next record was chained to.
            case changedRecord = "changed-record"
            /// The segment does not begin where the one before it ended.
            case missingSegment = "missing-segment"
            /// A segment that is not the last one ends within a line.
            case unfinishedSegment = "unfinished-segment"
            /// The log ends before the head that was expected.
            case truncated = "truncated"
            /// The log holds another record than the head that was expected.
            case otherHead = "other-head"
            /// A file of evidence that a record names is not there.
            case missingEvidence = "missing-evidence"
            /// A file of evidence does not have the digest that it is named by.
            case changedEvidence = "changed-evidence"
            /// A member `evidence` that does not name a SHA-256.
            case malformedEvidence = "malformed-evidence"
        }

        /// What is wrong.
        public let kind: Kind
        /// The `seq` of the record that is bad, or that is missing where it ought to be.
        public let sequence: Int
        /// The segment's file name.
        public let segment: String
        /// Counted from 1; 0 where the fault is in no line.
        public let line: Int
        /// What was found, for a person. It may quote the log, so it is escaped wherever it is shown.
        public let message: String

        /// Whether the records after it could still be checked.
        var isOfEvidence: Bool {
            switch kind {
            case .missingEvidence, .changedEvidence, .malformedEvidence: true
            default: false
            }
        }
    }

    /// Bytes after the last LF of the last segment: a write that is under way, or was when the process died. They are
    /// not part of the log.
    public struct TornTail: Hashable, Sendable {
        /// The segment's file name.
        public let segment: String
        /// How long it is, to the end of the file.
        public let bytes: Int
    }

    /// A damaged disk can hold a fault for each record; more than these help nobody.
    public static let maximumFaults = 100

    /// In the order of the log, up to the one with the first fault of the chain.
    public internal(set) var segments: [Segment] = []
    /// How many records were read, up to the first fault of the chain.
    public internal(set) var records = 0
    /// How many files of evidence were read and found good; 0 if evidence was left out.
    public internal(set) var evidenceFiles = 0
    /// The last record, to be kept elsewhere and handed to the next verification; nil for an empty log, and where the
    /// chain is broken.
    public internal(set) var head: AuditPosition?
    /// In the order of their sequence numbers, at most `maximumFaults`. After a fault of the chain nothing is checked.
    public internal(set) var faults: [Fault] = []
    /// Nil if the last segment ends with a record. It is no fault.
    public internal(set) var tornTail: TornTail?
    /// Whether the times of the records go back somewhere.
    public internal(set) var clock = RecordClock()
    /// Files among the segments that are none.
    public internal(set) var strangers: [String] = []
    /// What could not be read.
    public internal(set) var problem: String?

    /// The fault with the lowest sequence number.
    public var firstBad: Fault? { faults.first }

    /// A fault counts for more than what could not be read.
    public var verdict: Verdict {
        if !faults.isEmpty { return .tampered }
        return problem == nil ? .verified : .unreadable
    }

    mutating func add(_ fault: Fault) {
        guard faults.count < AuditReport.maximumFaults || !fault.isOfEvidence else { return }
        // A changed record may name evidence that never was: its own fault comes first.
        let place = faults.firstIndex { other in
            other.sequence > fault.sequence
                || (other.sequence == fault.sequence && other.isOfEvidence && !fault.isOfEvidence)
        }
        faults.insert(fault, at: place ?? faults.endIndex)
    }
}
