import ContentTrust
import Cryptography
import OCI
import StrictJSON
import Timestamp
import Trust

/// What a notary server keeps about a repository, verified: who may sign, with which keys, until when, and what they have.
struct CollectionInspection: Sendable {
    let collection: TrustCollection
    /// Whose root is believed, as the end of a sentence that begins with that.
    let believed: String
    let result: CollectionUpdate.Outcome
    let now: Instant

    init(
        of collection: TrustCollection, trusting trust: TrustedRoots, asking questions: RegistryQuestions,
        at now: Instant
    ) async {
        (self.collection, self.now) = (collection, now)
        believed = trust.description
        result = await questions.outcome(
            of: CollectionUpdate(
                of: collection, trusting: trust.roots, roles: .all, known: trust.known(collection), at: now))
    }

    /// Nil if it is verified.
    var outcome: Outcome? {
        switch result {
        case .verified: nil
        case .unsigned, .refused: .denied
        case .unreachable: .undetermined
        }
    }

    /// Why there is nothing to show.
    private var refusal: Refusal? {
        switch result {
        case .verified: nil
        case .unsigned: .withoutTrustData(collection)
        case .refused(let refusal), .unreachable(let refusal): refusal
        }
    }
}

extension RegistryQuestions {
    /// What comes of an update that is given all it asks for. It ends, since it asks for nothing twice and for a bounded
    /// number of documents.
    func outcome(of start: CollectionUpdate) async -> CollectionUpdate.Outcome {
        var update = start
        var received: [Locator: Fetched] = [:]
        while true {
            switch update.next(received) {
            case .finished(let outcome): return outcome
            case .fetch(let locators): received = await fetch(locators)
            }
        }
    }
}

// MARK: - For people

extension CollectionInspection {
    var text: String {
        var facts = Facts()
        facts.add("repository", collection.name)
        facts.add("server", collection.server)
        facts.add("believed", believed)
        guard case .verified(let verified, _) = result else {
            facts.add("verdict", outcome == .undetermined ? "undetermined" : "refused")
            facts.add("reason", refusal?.reason.rawValue)
            facts.add("found", refusal?.found)
            facts.add("cure", refusal?.cure)
            return facts.text
        }
        facts.add("remembered", verified.unheard.map { "the server was not heard: \($0.found)" })
        for role in [verified.root, verified.timestamp, verified.snapshot] { add(role, to: &facts) }
        add(verified.targets.role, to: &facts)
        for delegation in verified.delegations { add(delegation, to: &facts) }
        if verified.leftOut > 0 { facts.add("more", "\(verified.leftOut) delegations were not looked at") }
        for tag in verified.signedTags {
            facts.add("tag", "\(tag.name)  \(tag.digest)  signed by \(tag.roles.joined(separator: ", "))")
        }
        if verified.signedTags.isEmpty { facts.add("tags", "none is signed") }
        return facts.text
    }

    private func add(_ role: VerifiedCollection.Role, to facts: inout Facts) {
        let needed = role.threshold == 1 ? "" : ", \(role.threshold) keys needed"
        facts.add(
            role.name, "version \(role.version), expires \(role.expires.rfc3339InSeconds)\(remaining(role))\(needed)")
        add(role.keys, signing: role.signers, to: &facts)
    }

    private func remaining(_ role: VerifiedCollection.Role) -> String {
        " (\((role.expires.seconds - now.seconds) / 86_400) days)"
    }

    private func add(_ keys: [PublicKey], signing signers: [PublicKey]?, to facts: inout Facts) {
        for key in keys {
            let isSilent = signers.map { !$0.contains(key) } ?? false
            facts.add(
                "  key", Signer.key(fingerprint: key.fingerprint).description + (isSilent ? "  (did not sign)" : ""))
        }
    }

    private func add(_ delegation: VerifiedCollection.Delegated, to facts: inout Facts) {
        switch delegation.state {
        case .verified(let targets):
            add(targets.role, to: &facts)
            if targets.paths != [""] { facts.add("  tags", targets.paths.map { "\($0)*" }.joined(separator: ", ")) }
        case .unpublished(let keys, _):
            facts.add(delegation.name, "has signed nothing yet")
            add(keys, signing: nil, to: &facts)
        case .refused(let refusal): facts.add(delegation.name, "refused: \(refusal.found)")
        case .notDelegated: facts.add(delegation.name, "is not delegated to")
        }
    }
}

// MARK: - For programs

extension CollectionInspection {
    var json: String {
        var writer = JSONWriter(reservingCapacity: 4_096)
        writer.beginObject()
        writer.member("apiVersion", OutputOptions.apiVersion)
        writer.member("repository", collection.name)
        writer.member("server", collection.server)
        writer.member("believed", believed)
        writer.member("verified", outcome == nil)
        writer.member("undetermined", outcome == .undetermined)
        if case .verified(let verified, _) = result {
            if let unheard = verified.unheard { writer.member("remembered", unheard.found) }
            writer.objects("roles", [verified.root, verified.timestamp, verified.snapshot, verified.targets.role]) {
                $0.write(to: &$1)
            }
            writer.objects("delegations", verified.delegations) { $0.write(to: &$1) }
            if verified.leftOut > 0 { writer.member("delegationsLeftOut", verified.leftOut) }
            writer.objects("tags", verified.signedTags) { tag, writer in
                writer.member("tag", tag.name)
                writer.member("digest", tag.digest)
                writer.member("length", tag.length)
                writer.texts("signedBy", tag.roles)
            }
        } else if let refusal {
            writer.member("reason", refusal.reason.rawValue)
            writer.member("found", refusal.found)
            writer.member("expected", refusal.expected)
            if let cure = refusal.cure { writer.member("cure", cure) }
        }
        writer.endObject()
        return String(decoding: writer.bytes, as: UTF8.self)
    }
}

extension VerifiedCollection.Role {
    fileprivate func write(to writer: inout JSONWriter) {
        writer.member("role", name)
        writer.member("version", version)
        writer.member("expires", expires.rfc3339InSeconds)
        writer.member("threshold", threshold)
        writer.texts("keys", keys.map { "sha256:\($0.fingerprint.hexadecimal)" })
        writer.texts("signers", signers.map { "sha256:\($0.fingerprint.hexadecimal)" })
    }
}

extension VerifiedCollection.Delegated {
    fileprivate func write(to writer: inout JSONWriter) {
        switch state {
        case .verified(let targets):
            targets.role.write(to: &writer)
            writer.texts("paths", targets.paths)
        case .unpublished(let keys, let threshold):
            writer.member("role", name)
            writer.member("state", "unpublished")
            writer.member("threshold", threshold)
            writer.texts("keys", keys.map { "sha256:\($0.fingerprint.hexadecimal)" })
        case .refused(let refusal):
            writer.member("role", name)
            writer.member("state", "refused")
            writer.member("reason", refusal.reason.rawValue)
            writer.member("found", refusal.found)
        case .notDelegated:
            writer.member("role", name)
            writer.member("state", "notDelegated")
        }
    }
}
