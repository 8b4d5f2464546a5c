import Cryptography
import OCI
import PolicyEngine
import StrictJSON
import Timestamp
import Trust

/// Writes the members of a record, with as much detail as it is told to.
struct RecordWriter {
    private var json = JSONWriter(reservingCapacity: 4_096)
    private let detail: RecordDetail
    private let decidedAt: Instant
    /// Where the complete record is, if this is not it.
    private let evidence: [UInt8]?
    private var imagesInFull = 0
    private var omitted = Omitted()
    /// The image that was written last, and where in the record its decision stands.
    private var last: (image: JudgedImage, decision: Range<Int>)?

    private struct Omitted {
        var findings = 0
        var images = 0
    }

    /// An object of the members after `prev`.
    static func write(
        _ decision: Decision, of request: AdmissionRequest, by instance: GateInstance, in detail: RecordDetail,
        completeIn evidence: [UInt8]? = nil
    ) -> JSONWriter {
        var writer = RecordWriter(detail, at: decision.decidedAt, completeIn: evidence)
        writer.write(decision, of: request, by: instance)
        return writer.json
    }

    private init(_ detail: RecordDetail, at decidedAt: Instant, completeIn evidence: [UInt8]?) {
        self.detail = detail
        self.decidedAt = decidedAt
        self.evidence = evidence
    }

    private mutating func write(_ decision: Decision, of request: AdmissionRequest, by instance: GateInstance) {
        json.beginObject()
        json.member("id", decision.id)
        write(Event(decision))
        json.key("time")
        json.beginObject()
        json.member("decided", decision.decidedAt.rfc3339)
        json.endObject()
        write(instance, source: request.origin.source)
        write(request.origin)
        writeTarget(of: request, decision)
        writePolicy(decision)
        json.key("images")
        json.beginArray()
        for image in decision.images { write(image) }
        json.endArray()
        if let evidence { writeShortened(decision, evidence) }
        writeVerdict(decision)
        json.endObject()
    }

    // MARK: - Event

    /// A stable code in Teleport's manner: letters, number, and I, W or E for informative, warning, refusal.
    private struct Event {
        let code: String
        let name: String

        init(_ decision: Decision) {
            if decision.allImagesAllowed {
                let isExempt = !decision.images.isEmpty && decision.images.allSatisfy { $0.decision.isExempt }
                (code, name) = isExempt ? ("IMG04I", "image.admission.exempt") : ("IMG01I", "image.admission.allow")
            } else if decision.mode == .observe {
                (code, name) = ("IMG03W", "image.admission.observe")
            } else if decision.isUndetermined {
                (code, name) = ("IMG05E", "image.admission.undetermined")
            } else {
                (code, name) = ("IMG02E", "image.admission.deny")
            }
        }
    }

    private mutating func write(_ event: Event) {
        json.member("code", event.code)
        json.member("event", event.name)
        json.member("class", "decision")
    }

    // MARK: - Request

    private mutating func write(_ instance: GateInstance, source: String) {
        json.key("source")
        json.beginObject()
        member("kind", source)
        member("instance", instance.name)
        member("version", instance.version)
        json.endObject()
    }

    private mutating func write(_ origin: RequestOrigin) {
        json.key("request")
        json.beginObject()
        member("uid", origin.uid)
        member("operation", origin.operation)
        json.member("dryRun", origin.isDryRun)
        if let digest = origin.bodyDigest { json.member("bodyDigest", digest) }
        json.endObject()
        json.key("actor")
        json.beginObject()
        member("user", origin.user)
        member("uid", origin.userUID)
        json.key("groups")
        json.beginArray()
        for group in origin.groups.prefix(detail.groups) { json.string(cut(group)) }
        json.endArray()
        if origin.groups.count > detail.groups { json.member("groupsOmitted", origin.groups.count - detail.groups) }
        json.endObject()
    }

    private mutating func writeTarget(of request: AdmissionRequest, _ decision: Decision) {
        let origin = request.origin
        json.key("target")
        json.beginObject()
        member("namespace", origin.namespace)
        if !decision.namespaceLabelKeys.isEmpty { write(request.facts.namespaceLabels, decision.namespaceLabelKeys) }
        member("group", origin.group)
        member("version", origin.version)
        member("kind", origin.kind)
        member("subresource", origin.subresource)
        member("name", origin.name)
        json.endObject()
    }

    /// Those that policies ask for: no other takes part in a decision. Where none is told, the namespace has none of them.
    private mutating func write(_ labels: Fact<NamespaceLabels>, _ keys: [String]) {
        switch labels {
        case .absent: break
        case .unknown: json.member("namespaceLabelsUnknown", true)
        case .known(let labels):
            let told = keys.filter { labels[$0] != nil }
            json.key("namespaceLabels")
            json.beginObject()
            for key in told.prefix(detail.labels) {
                json.key(text: key)
                json.string(cut(labels[key] ?? ""))
            }
            json.endObject()
            if told.count > detail.labels { json.member("namespaceLabelsOmitted", told.count - detail.labels) }
        }
    }

    private mutating func writePolicy(_ decision: Decision) {
        json.key("policy")
        json.beginObject()
        json.member("set", decision.policyRevision)
        json.member("mode", decision.mode.rawValue)
        json.endObject()
    }

    // MARK: - Images

    private mutating func write(_ image: JudgedImage) {
        guard detail.isComplete || hasRoomForImage else {
            omitted.images += 1
            omitted.findings += image.decision.findings.count
            return
        }
        let isInFull = detail.isComplete || (!image.decision.isClean && imagesInFull < detail.imagesInFull)
        if isInFull { imagesInFull += 1 }
        json.beginObject()
        if isInFull {
            member("container", image.requested.container)
            json.member("kind", image.requested.kind.rawValue)
            member("path", image.requested.path)
        }
        member("requested", image.requested.text)
        if detail.isComplete, let last, last.image.sharesDecision(with: image) {
            json.repeatMembers(last.decision)
        } else {
            let start = json.byteCount
            writeDecision(on: image, isInFull: isInFull)
            last = (image, start..<json.byteCount)
        }
        json.endObject()
    }

    /// What is the same in all places where the image stands.
    private mutating func writeDecision(on image: JudgedImage, isInFull: Bool) {
        if isInFull, let reference = image.reference {
            member("canonical", reference.repository.description)
            member("tag", reference.tag)
        }
        if let digest = image.decision.digest { json.member("digest", digest) }
        write(image.decision.verdict)
        if isInFull { writeFindings(image) } else { omitted.findings += image.decision.findings.count }
    }

    /// An image without its findings takes up to 600 bytes, were its text all escapes; what follows the images, 400.
    private var hasRoomForImage: Bool {
        detail.imagesInFull > 0 || detail.textBytes > 48 || json.byteCount + 1_000 < DecisionRecord.maximumBytes
    }

    private mutating func write(_ verdict: ImageDecision.Verdict) {
        switch verdict {
        case .allowed: json.member("verdict", "allow")
        case .exempt(let exemption):
            json.member("verdict", "exempt")
            member("exemption", exemption)
        case .refused(let reason):
            json.member("verdict", "deny")
            json.member("reason", reason.rawValue)
        }
    }

    private mutating func writeFindings(_ image: JudgedImage) {
        json.key("findings")
        json.beginArray()
        for finding in image.decision.findings {
            let isTold = detail.isComplete || finding.refusal != nil || finding.isRelieved
            if isTold { write(finding) } else { omitted.findings += 1 }
        }
        json.endArray()
        if !image.decision.passedOver.isEmpty {
            json.key("passedOver")
            json.beginArray()
            for passed in image.decision.passedOver { json.string(cut(passed.policy)) }
            json.endArray()
        }
        guard !image.evidence.isEmpty else { return }
        json.key("evidence")
        json.beginArray()
        for digest in image.evidence { json.string(digest) }
        json.endArray()
    }

    private mutating func write(_ finding: Finding) {
        json.beginObject()
        member("policy", finding.policy)
        member("check", finding.check)
        json.member("enforcement", finding.enforcement.rawValue)
        json.member("outcome", finding.outcome.word)
        if case .passed(let signatures) = finding.outcome, !signatures.isEmpty { write(signatures) }
        if let refusal = finding.refusal {
            json.member("reason", refusal.reason.rawValue)
            member("found", refusal.found)
            member("expected", refusal.expected)
        }
        if let relief = finding.relief { write(relief) }
        json.endObject()
    }

    /// Who signed; and, where more is known of a signature than that, what.
    private mutating func write(_ signatures: [VerifiedSignature]) {
        json.key("signers")
        json.beginArray()
        for signature in signatures { write(signature.signer) }
        json.endArray()
        guard signatures.contains(where: { $0.source != nil }) else { return }
        json.key("signatures")
        json.beginArray()
        for signature in signatures { write(signature) }
        json.endArray()
    }

    private mutating func write(_ signature: VerifiedSignature) {
        json.beginObject()
        member("source", signature.source?.description)
        if let time = signature.signedAt { json.member("signedAt", time.rfc3339) }
        if !signature.records.isEmpty {
            json.key("logs")
            json.beginArray()
            for record in signature.records {
                json.beginObject()
                member("log", record.log)
                json.member("index", String(record.index))
                json.endObject()
            }
            json.endArray()
        }
        member("predicateType", signature.statement?.predicateType)
        json.endObject()
    }

    private mutating func write(_ relief: Relief) {
        json.key("relief")
        json.beginObject()
        json.member("kind", relief.word)
        switch relief {
        case .exception(let name, let expires):
            member("name", name)
            json.member("expires", expires.rfc3339)
        case .lastKnownGood(let since):
            json.member("since", since.rfc3339)
        case .alreadyAdmitted(let since, let until):
            json.member("since", since.rfc3339)
            json.member("until", until.rfc3339)
        }
        if let age = relief.age(at: decidedAt) { json.member("ageSeconds", Int(age.components.seconds)) }
        json.endObject()
    }

    private mutating func write(_ signer: Signer) {
        switch signer {
        case .key(let fingerprint): json.string("SHA256:", hexadecimal: fingerprint)
        case .identity: json.string(cut(signer.description))
        }
    }

    // MARK: - Verdict

    private mutating func writeShortened(_ decision: Decision, _ evidence: [UInt8]) {
        json.key("shortened")
        json.beginObject()
        json.member("images", decision.images.count)
        json.member("imagesInFull", imagesInFull)
        json.member("imagesOmitted", omitted.images)
        json.member("findingsOmitted", omitted.findings)
        json.member("evidence", "sha256:" + evidence.hexadecimal)
        json.endObject()
    }

    private mutating func writeVerdict(_ decision: Decision) {
        json.key("decision")
        json.beginObject()
        json.member("allowed", decision.isAllowed)
        if let reason = decision.reason { json.member("reason", reason.rawValue) }
        member("found", decision.requestRefusal?.found)
        json.endObject()
    }

    // MARK: - Texts

    private mutating func member(_ key: StaticString, _ text: String?) {
        guard let text else { return }
        json.member(key, cut(text))
    }

    private func cut(_ text: String) -> String {
        detail.isComplete ? text : text.cut(toBytes: detail.textBytes)
    }
}

extension ImageDecision {
    fileprivate var isExempt: Bool {
        if case .exempt = verdict { true } else { false }
    }
}
