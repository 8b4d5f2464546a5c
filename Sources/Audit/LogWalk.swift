import StrictJSON
import Timestamp
import TransparencyLog

/// One pass over a log, from its first line to its last or to the first one that breaks the chain.
struct LogWalk {
    /// Where a record stands.
    private struct Place {
        let sequence: Int
        let segment: String
        let line: Int
    }

    /// `prev` of the record at `place` is not the hash of the record at `before`. Which of the two was changed, the
    /// line after them tells: it was chained to the one at `place`, if that is untouched.
    private struct Doubt {
        let before: Place
        let place: Place
        let leafHash: [UInt8]
    }

    private let directory: AuditDirectory
    private let storage: any Storage
    private let expectedHead: AuditPosition?
    private let isCheckingEvidence: Bool
    private var chain = RecordChain()
    private var evidence: EvidenceCheck
    private var last: Place?
    private var found: (place: Place, leafHash: [UInt8])?
    private var doubt: Doubt?
    private var isBroken = false
    var report = AuditReport()

    init(
        _ directory: AuditDirectory, _ storage: any Storage, _ expectedHead: AuditPosition?,
        _ isCheckingEvidence: Bool
    ) {
        self.directory = directory
        self.storage = storage
        self.expectedHead = expectedHead
        self.isCheckingEvidence = isCheckingEvidence
        evidence = EvidenceCheck(directory, in: storage)
    }

    mutating func run() throws(StorageError) {
        let listing = try directory.listing(in: storage)
        report.strangers = Array(listing.strangers.prefix(AuditReport.maximumFaults))
        for name in listing.segments where !isBroken {
            try read(name, isLast: name == listing.segments.last)
        }
    }

    mutating func finish() -> AuditReport {
        if let doubt { settle(doubt, nextLine: nil) }
        if !isBroken && report.problem == nil { compareHead() }
        report.head = isBroken ? nil : chain.head
        report.evidenceFiles = evidence.files
        return report
    }
}

// MARK: - Lines

extension LogWalk {
    private mutating func read(_ name: SegmentName, isLast: Bool) throws(StorageError) {
        let file = try storage.repeating { () throws(StorageError) in
            try storage.open(directory.path(of: name), for: .reading)
        }
        if doubt == nil, name.firstSequence != chain.nextSequence {
            let place = Place(sequence: chain.nextSequence, segment: name.description, line: 0)
            fail(.missingSegment, at: place, "the segment begins with record \(name.firstSequence)")
            return
        }
        report.segments.append(AuditReport.Segment(name: name.description, firstSequence: name.firstSequence))
        var lines = SegmentLines(file, in: storage)
        var number = 0
        while !isBroken, let line = try lines.next() {
            number += 1
            let place = Place(sequence: chain.nextSequence, segment: name.description, line: number)
            switch line {
            case .complete(let bytes): try take(bytes, at: place)
            case .oversized: fail(.malformedRecord, at: place, "longer than a record may be")
            case .torn(let start, let count): end(with: start, count, at: place, isLast: isLast)
            }
        }
    }

    private mutating func take(_ line: [UInt8], at place: Place) throws(StorageError) {
        if let doubt {
            settle(doubt, nextLine: line)
            return
        }
        let position: AuditPosition
        let record: JSONDocument
        do throws(ChainBreak) {
            (position, record) = try chain.accept(line)
        } catch {
            explain(error, of: line, at: place)
            return
        }
        if position.sequence == expectedHead?.sequence { found = (place, position.leafHash) }
        last = place
        count(record.root)
        if isCheckingEvidence { try checkEvidence(of: record.root, at: place) }
    }

    private mutating func count(_ record: JSONValue) {
        report.records += 1
        guard let segment = report.segments.indices.last else { return }
        report.segments[segment].records += 1
        guard let time = record["time"], let text = time.string ?? time["decided"]?.string,
            let instant = try? Instant(rfc3339: text)
        else { return }
        report.clock.read(instant, at: report.records - 1)
        if report.segments[segment].records == 1 { report.segments[segment].firstTime = instant }
        report.segments[segment].lastTime = instant
    }

    private mutating func end(with tail: [UInt8], _ count: Int, at place: Place, isLast: Bool) {
        if !isLast {
            fail(.unfinishedSegment, at: place, "the segment ends within a line, and another one follows")
        } else if chain.isRecordWithoutItsEnd(tail) {
            fail(.malformedRecord, at: place, "the line feed after the record was changed")
        } else {
            report.tornTail = AuditReport.TornTail(segment: place.segment, bytes: count)
        }
    }

    private mutating func checkEvidence(of record: JSONValue, at place: Place) throws(StorageError) {
        try check(EvidenceNames(in: record), at: place)
        // What a shortened record has no room for stands in the complete decision, and so do names of evidence.
        guard let shortened = record["shortened"] else { return }
        for digest in EvidenceNames(in: shortened).digests where report.faults.count < AuditReport.maximumFaults {
            guard try evidence.check(hexadecimal: digest) == .good else { continue }
            let source = ", named by the complete decision `sha256:\(digest)`"
            if let decision = try evidence.document(hexadecimal: digest), decision.root.kind == .object {
                try check(EvidenceNames(in: decision.root), at: place, source)
            } else {
                add(.malformedEvidence, at: place, "the complete decision `sha256:\(digest)` is no JSON object")
            }
        }
    }

    private mutating func check(
        _ names: EvidenceNames, at place: Place, _ source: String = ""
    ) throws(StorageError) {
        if names.isMalformed {
            add(.malformedEvidence, at: place, "a member `evidence` names no SHA-256\(source)")
        }
        for digest in names.digests where report.faults.count < AuditReport.maximumFaults {
            switch try evidence.check(hexadecimal: digest) {
            case .good: break
            case .missing: add(.missingEvidence, at: place, "there is no evidence `sha256:\(digest)`\(source)")
            case .changed: add(.changedEvidence, at: place, "evidence `sha256:\(digest)` has other content\(source)")
            }
        }
    }
}

// MARK: - Faults

extension LogWalk {
    private mutating func explain(_ reason: ChainBreak, of line: [UInt8], at place: Place) {
        switch reason {
        case .malformed: fail(.malformedRecord, at: place, reason.description)
        case .version: fail(.unknownVersion, at: place, reason.description)
        case .sequence: fail(.wrongSequence, at: place, reason.description)
        case .link:
            guard let last else {
                fail(.changedRecord, at: place, "the first record's `prev` is not 32 zero bytes")
                return
            }
            doubt = Doubt(before: last, place: place, leafHash: LeafHash.of(line))
        }
    }

    private mutating func settle(_ doubt: Doubt, nextLine: [UInt8]?) {
        self.doubt = nil
        switch isUntouched(doubt, nextLine) {
        case true?: fail(.changedRecord, at: doubt.before, "its hash is not the `prev` of the record after it")
        case false?: fail(.changedRecord, at: doubt.place, "its `prev` is not the hash of the record before it")
        case nil: fail(.changedRecord, at: doubt.before, "either it or the last record, which follows it, was changed")
        }
    }

    /// Whether the later of two records that do not fit together is as it was written; nil if nothing tells.
    private func isUntouched(_ doubt: Doubt, _ nextLine: [UInt8]?) -> Bool? {
        if let nextLine {
            return RecordChain(nextSequence: doubt.place.sequence + 1, previousLeaf: doubt.leafHash)
                .continues(with: nextLine)
        }
        guard let expectedHead else { return nil }
        if expectedHead.sequence == doubt.place.sequence { return expectedHead.leafHash == doubt.leafHash }
        if expectedHead.sequence == doubt.before.sequence { return expectedHead.leafHash != chain.previousLeaf }
        return nil
    }

    private mutating func compareHead() {
        guard let expectedHead else { return }
        guard let found else {
            let place = Place(sequence: chain.nextSequence, segment: last?.segment ?? "", line: 0)
            fail(.truncated, at: place, "the log ends before record \(expectedHead.sequence), which it once held")
            return
        }
        if found.leafHash != expectedHead.leafHash {
            fail(.otherHead, at: found.place, "it is not the record whose hash was kept")
        }
    }

    /// A fault that the rest of the log cannot be checked beyond.
    private mutating func fail(_ kind: AuditReport.Fault.Kind, at place: Place, _ message: String) {
        isBroken = true
        add(kind, at: place, message)
    }

    private mutating func add(_ kind: AuditReport.Fault.Kind, at place: Place, _ message: String) {
        report.add(
            AuditReport.Fault(
                kind: kind, sequence: place.sequence, segment: place.segment, line: place.line, message: message))
    }
}
