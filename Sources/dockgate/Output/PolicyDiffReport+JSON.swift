import OCI
import PolicyDocuments
import PolicyEngine
import StrictJSON
import Timestamp
import Trust

extension PolicyDiffReport {
    /// `dockgate.dev/output/v1`: one object for programs.
    var json: String {
        var writer = JSONWriter(reservingCapacity: 4_096)
        writer.beginObject()
        writer.member("apiVersion", OutputOptions.apiVersion)
        writer.member("different", !comparison.isEmpty)
        writer.objects("documents", comparison.documents) { document, writer in
            writer.member("kind", document.kind)
            writer.member("name", document.name)
            writer.member("change", document.change.rawValue)
        }
        writer.objects("differences", comparison.differences) { difference, writer in difference.write(to: &writer) }
        writer.texts("unprobedAttestors", comparison.unprobedAttestors)
        writer.member("probes", comparison.probeCount)
        writer.member("possibleProbes", comparison.possibleProbes)
        writer.endObject()
        return String(decoding: writer.bytes, as: UTF8.self).printableJSON + "\n"
    }
}

extension PolicyDifference {
    fileprivate func write(to writer: inout JSONWriter) {
        writer.member("effect", effect.rawValue)
        for (name, side) in [("before" as StaticString, before), ("after", after)] {
            writer.key(name)
            writer.beginObject()
            writer.member("admitted", side.isAdmitted)
            writer.objects("because", side.aspects) { aspect, writer in aspect.write(to: &writer) }
            writer.endObject()
        }
        writer.objects("examples", examples) { example, writer in example.write(to: &writer) }
        writer.member("furtherExamples", furtherExamples)
    }
}

extension DecisionAspect {
    fileprivate func write(to writer: inout JSONWriter) {
        func write(_ rule: Rule) {
            if let policy = rule.policy { writer.member("policy", policy) }
            writer.member("check", rule.check)
        }
        switch self {
        case .refusal(let rule, let consequence, let isUndetermined, let reason):
            write(rule)
            writer.member("enforcement", consequence.rawValue)
            writer.member("outcome", isUndetermined ? "undetermined" : "violated")
            writer.member("reason", reason.rawValue)
        case .relief(let rule, let relief):
            write(rule)
            writer.member("relief", relief)
        case .exemption(let name): writer.member("exemption", name)
        case .vouching(let rule):
            write(rule)
            writer.member("vouches", true)
        case .registryAsked: writer.member("registryAsked", true)
        }
        writer.member("text", description)
    }
}

extension DifferenceExample {
    fileprivate func write(to writer: inout JSONWriter) {
        writer.member("image", image)
        if let digest { writer.member("digest", digest.description) }
        if let namespace { writer.member("namespace", namespace) }
        if let labels {
            writer.key("namespaceLabels")
            writer.beginObject()
            for label in labels { writer.member(text: label.key, label.value) }
            writer.endObject()
        }
        writer.member("container", container.rawValue)
        writer.member("source", source.rawValue)
        writer.member("time", time.rfc3339)
        writer.objects("signatures", signatures) { signature, writer in signature.write(to: &writer) }
        writer.objects("attestations", attestations) { attestation, writer in
            writer.member("predicateType", attestation.statement.predicateType)
            writer.key("provenance")
            writer.beginObject()
            for (name, value) in attestation.statement.stated { writer.member(text: name, value) }
            writer.endObject()
            writer.member("ageSeconds", Int(attestation.age.components.seconds))
            writer.objects("by", attestation.signers) { signature, writer in signature.write(to: &writer) }
        }
        writer.member("registryAnswers", !isRegistryUnreachable)
        if let lastKnownGood { writer.member("lastKnownGoodSeconds", Int(lastKnownGood.components.seconds)) }
        if let testCase { writer.member("case", testCase) }
    }
}

extension MadeUpSignature {
    fileprivate func write(to writer: inout JSONWriter) {
        writer.member("signer", signer)
        writer.texts("before", before)
        writer.texts("after", after)
    }
}

extension JSONWriter {
    fileprivate mutating func member(text name: String, _ value: String) {
        key(text: name)
        string(value)
    }
}
