import OCI
import PolicyDocuments
import PolicyEngine
import StrictJSON
import Trust

extension LoadedPolicies {
    /// `dockgate.dev/output/v1`: one object for programs.
    func explanationJSON(notVouched: Enforcement) -> String {
        var writer = JSONWriter(reservingCapacity: 8_192)
        writer.beginObject()
        writer.member("apiVersion", OutputOptions.apiVersion)
        writer.member("revision", policySet.revision.description)
        writer.member("notVouched", notVouched.rawValue)
        writer.objects("policies", policySet.policies.map(\.explanation)) { policy, writer in policy.write(to: &writer)
        }
        writer.objects("exceptions", policySet.exceptions) { exception, writer in
            writer.member("name", exception.name)
            writer.member("policy", exception.policy)
            writer.member("check", exception.check)
            if !exception.only.isEmpty { writer.texts("only", exception.only) }
            writer.member("about", exception.explanation)
            writer.member("because", exception.reason)
            writer.member("owner", exception.owner)
            writer.member("approvedBy", exception.approvedBy)
            if let ticket = exception.ticket { writer.member("ticket", ticket) }
            writer.member("from", exception.from.day)
            writer.member("expires", exception.expires.day)
        }
        writer.objects("exemptions", policySet.exemptions) { exemption, writer in
            writer.member("name", exemption.name)
            writer.member("about", exemption.explanation)
            writer.member("because", exemption.reason)
            writer.member("owner", exemption.owner)
            writer.member("reviewBy", exemption.reviewBy.day)
        }
        writer.objects("attestors", attestors) { named, writer in
            writer.member("name", named.name)
            writer.member("believes", named.attestor.explanation)
            writer.texts("signers", named.attestor.signers.map(\.description))
        }
        writer.endObject()
        return String(decoding: writer.bytes, as: UTF8.self)
    }
}

extension ImageExplanation {
    /// `dockgate.dev/output/v1`: one object for programs.
    var json: String {
        var writer = JSONWriter(reservingCapacity: 8_192)
        writer.beginObject()
        writer.member("apiVersion", OutputOptions.apiVersion)
        writer.member("image", reference.description)
        if let exemption { writer.member("exemption", exemption) }
        if let decision { writer.member("allowed", decision.isAllowed) }
        if case .refused(let reason)? = decision?.verdict { writer.member("reason", reason.rawValue) }
        writer.member("asksForDigest", asksForDigest)
        writer.objects("policies", policies) { policy, writer in policy.write(to: &writer) }
        writer.endObject()
        return String(decoding: writer.bytes, as: UTF8.self)
    }
}

extension PolicyExplanation {
    fileprivate func write(to writer: inout JSONWriter) {
        writer.member("name", name)
        writer.member("about", about)
        writer.texts("exclude", exclusions)
        writer.member("enforcement", otherwise.rawValue)
        writer.objects("stages", stages) { stage, writer in
            writer.member("enforcement", stage.enforcement.rawValue)
            writer.member("about", stage.about)
        }
        writer.objects("checks", checks) { check, writer in check.write(to: &writer) }
        writer.texts("vouching", vouching.map(\.name))
    }
}

extension CheckExplanation {
    fileprivate func write(to writer: inout JSONWriter) {
        writer.member("name", name)
        writer.member("check", word)
        writer.member("must", demand)
        if let enforcement { writer.member("enforcement", enforcement.rawValue) }
        writer.member("vouches", vouches)
        writer.member("needsOnlyReference", needsOnlyReference)
        if let whenUndetermined { writer.member("whenUndetermined", whenUndetermined) }
        if let whenAlreadyAdmitted { writer.member("whenAlreadyAdmitted", whenAlreadyAdmitted) }
        if let message { writer.member("message", message) }
    }
}

extension PolicyReason {
    fileprivate func write(to writer: inout JSONWriter) {
        writer.member("name", policy.name)
        writer.member("application", application.rawValue)
        writer.objects("match", match) { reason, writer in reason.write(to: &writer) }
        writer.objects("exclude", exclusions) { entry, writer in
            writer.objects("match", entry) { reason, writer in reason.write(to: &writer) }
        }
        if let enforcement { writer.member("enforcement", enforcement.rawValue) }
        writer.objects("stages", Array(zip(policy.stages, stages))) { stage, writer in
            writer.member("enforcement", stage.0.enforcement.rawValue)
            writer.objects("match", stage.1) { reason, writer in reason.write(to: &writer) }
        }
        writer.objects("checks", checks) { check, writer in
            writer.member("name", check.check.name)
            writer.member("check", check.check.word)
            writer.member("must", check.check.demand)
            writer.member("enforcement", check.enforcement.rawValue)
            writer.member("outcome", check.outcome?.word ?? "open")
            if let refusal = check.outcome?.refusal {
                writer.member("reason", refusal.reason.rawValue)
                writer.member("found", refusal.found)
            }
            if let relief = check.relief { writer.member("relief", relief.description) }
            writer.objects("asks", check.searches) { search, writer in
                writer.member("attestor", search.attestor)
                writer.member("for", search.claim == .signature ? "signature" : "attestation")
                writer.texts("places", search.places)
            }
        }
    }
}

extension SelectorReason {
    fileprivate func write(to writer: inout JSONWriter) {
        writer.member("selector", selector)
        writer.member("fits", fit.rawValue)
        if let found { writer.member("found", found) }
        writer.texts("entries", entries)
    }
}

extension Finding.Outcome {
    fileprivate var refusal: Refusal? {
        switch self {
        case .violated(let refusal), .undetermined(let refusal): refusal
        case .passed, .notEvaluated: nil
        }
    }
}
