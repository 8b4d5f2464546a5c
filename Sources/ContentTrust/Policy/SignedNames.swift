import Cryptography
import OCI
import Timestamp
import Trust

/// Holds an image against what a verified collection says of it.
struct SignedNames {
    let collection: VerifiedCollection
    let rule: SignerRule
    /// How long a digest counts that targets do not name any more; nil if it does not.
    let rememberSigned: Duration?
    let now: Instant

    /// Roles that stand behind an image, and with whose keys.
    fileprivate struct Vouched {
        let role: String
        let signers: [[UInt8]]
        /// Until when that counts, where no tag stands for the digest any more.
        var end: Instant?
    }

    /// What comes of the image, and until when that counts.
    func outcome(of subject: Subject) -> (VerificationOutcome, until: Instant) {
        let expiry = collection.expires
        do throws(Refusal) {
            let vouched = if let tag = subject.tag { try named(tag, subject) } else { try named(subject) }
            let ends = vouched.compactMap(\.end)
            return (.passed(vouched.signatures, unseen: collection.unheard), ends.reduce(expiry, min))
        } catch {
            // What was not heard may say otherwise.
            return (collection.unheard.map { .undetermined($0) } ?? .violated(error), expiry)
        }
    }

    // MARK: - By tag

    /// What a role says of a tag.
    private enum Word {
        case names(VerifiedCollection.Targets, VerifiedCollection.Tag)
        case silent(String)
        case refused(Refusal)
    }

    private func named(_ tag: String, _ subject: Subject) throws(Refusal) -> [Vouched] {
        let words = try words(about: tag)
        var named: [(targets: VerifiedCollection.Targets, tag: VerifiedCollection.Tag)] = []
        for case .names(let targets, let tag) in words { named.append((targets, tag)) }
        if let (first, other) = disagreement(named) {
            throw refusal(
                .signatureForOtherImage,
                "tag `\(tag)` is signed by `\(first.0)` for `\(first.1)` and by `\(other.0)` for `\(other.1)`", subject)
        }
        try checkEnough(words, named.count, tag, subject)
        for (targets, named) in named {
            let signed = named.content.digest(subject.digest.algorithm)
            guard signed == subject.digest else {
                let digest = (signed ?? named.sha256)?.description ?? "no digest"
                throw refusal(
                    .signatureForOtherImage,
                    "tag `\(tag)` is signed by `\(targets.role.name)` for `\(digest)`, and the registry has `\(subject.digest)` there",
                    subject)
            }
        }
        return named.map { Vouched($0.targets.role) }
    }

    private func words(about tag: String) throws(Refusal) -> [Word] {
        guard case .releases = rule else { return rule.roles.map { word(of: $0, about: tag) } }
        let releases = word(of: SignerRule.releasesRole, about: tag)
        guard case .silent = releases else { return [releases] }
        return [word(of: collection.targets, about: tag)]
    }

    private func word(of role: String, about tag: String) -> Word {
        switch collection.delegation(role) {
        case .verified(let targets): word(of: targets, about: tag)
        case .unpublished: .silent("`\(role)` has signed nothing yet")
        case .refused(let refusal): .refused(refusal)
        case .notDelegated, nil: .silent("`targets` delegates to no `\(role)`")
        }
    }

    private func word(of targets: VerifiedCollection.Targets, about tag: String) -> Word {
        do throws(MetadataFault) {
            guard let named = try targets.tag(tag) else { return .silent("`\(targets.role.name)` does not name it") }
            return .names(targets, named)
        } catch {
            let refused = ContentTrustRefusal(document: "\(targets.role.name).json", fault: error)
            return .refused(refused.refusal(of: collection.collection))
        }
    }

    private func disagreement(
        _ named: [(targets: VerifiedCollection.Targets, tag: VerifiedCollection.Tag)]
    ) -> ((String, Digest), (String, Digest))? {
        guard let first = named.first, let digest = first.tag.sha256 else { return nil }
        for other in named.dropFirst() {
            guard let others = other.tag.sha256, others != digest else { continue }
            return ((first.targets.role.name, digest), (other.targets.role.name, others))
        }
        return nil
    }

    private func checkEnough(_ words: [Word], _ count: Int, _ tag: String, _ subject: Subject) throws(Refusal) {
        if case .allOf = rule, count == words.count { return }
        if case .allOf = rule {} else if count > 0 { return }
        for case .refused(let refusal) in words { throw refusal }
        var silent: [String] = []
        for case .silent(let why) in words { silent.append(why) }
        throw refusal(.tagNotSigned, "tag `\(tag)` is not signed: \(silent.joined(separator: ", "))", subject)
    }

    // MARK: - By digest

    private func named(_ subject: Subject) throws(Refusal) -> [Vouched] {
        var vouched: [Vouched] = []
        var refused: Refusal?
        for role in rolesByDigest {
            if let found = current(role, subject.digest) ?? remembered(role, subject.digest) {
                vouched.append(found)
            } else if case .refused(let refusal) = collection.delegation(role) {
                refused = refused ?? refusal
            }
        }
        let isEnough = if case .allOf(let roles) = rule { vouched.count == roles.count } else { !vouched.isEmpty }
        if isEnough, refused == nil || rule != .releases { return vouched }
        if let refused { throw refused }
        let within = rememberSigned.map { " or named within \($0.written)" } ?? ""
        throw refusal(
            .signatureMissing, "no tag that is signed by \(rule.phrase) names\(within) `\(subject.digest)`", subject)
    }

    private var rolesByDigest: [String] {
        if case .releases = rule { [SignerRule.releasesRole, "targets"] } else { rule.roles }
    }

    /// The role, if a tag stands for the digest by its word now.
    private func current(_ role: String, _ digest: Digest) -> Vouched? {
        guard let targets = targets(of: role) else { return nil }
        let names = targets.tags.contains { tag in
            tag.content.digest(digest.algorithm) == digest && !isOverruled(tag.name, by: role)
        }
        return names ? Vouched(targets.role) : nil
    }

    /// What `targets` says of a tag does not count where `targets/releases` says something.
    private func isOverruled(_ tag: String, by role: String) -> Bool {
        guard case .releases = rule, role.isSpelled("targets"),
            let releases = targets(of: SignerRule.releasesRole)
        else { return false }
        // What cannot be read does not leave it to `targets` either.
        do throws(MetadataFault) { return try releases.tag(tag) != nil } catch { return true }
    }

    /// The role, if it named the digest not too long ago, by keys of which enough speak for it still.
    private func remembered(_ role: String, _ digest: Digest) -> Vouched? {
        guard let rememberSigned, let (keys, threshold) = keys(of: role) else { return nil }
        for entry in collection.remembered.named.reversed() where entry.digest == digest && entry.role.isSpelled(role) {
            let trusted = entry.signers.filter(keys.contains)
            guard now <= entry.seenAt + rememberSigned, trusted.count >= threshold else { continue }
            return Vouched(role: role, signers: trusted, end: entry.seenAt + rememberSigned)
        }
        return nil
    }

    private func targets(of role: String) -> VerifiedCollection.Targets? {
        if role.isSpelled("targets") { return collection.targets }
        guard case .verified(let targets) = collection.delegation(role) else { return nil }
        return targets
    }

    private func keys(of role: String) -> (Set<[UInt8]>, Int)? {
        if let targets = targets(of: role) {
            return (Set(targets.role.keys.map(\.fingerprint)), targets.role.threshold)
        }
        guard case .unpublished(let keys, let threshold) = collection.delegation(role) else { return nil }
        return (Set(keys.map(\.fingerprint)), threshold)
    }

    // MARK: - Words

    private func refusal(_ reason: ReasonCode, _ found: String, _ subject: Subject) -> Refusal {
        let (name, server) = (collection.collection.name, collection.collection.server)
        let tag = subject.tag ?? "TAG"
        return Refusal(
            reason, found: "in the trust data of `\(name)` at `\(server)` \(found)",
            expected: subject.tag == nil
                ? "a tag signed for `\(subject.digest)` by \(rule.phrase)"
                : "tag `\(tag)` signed for `\(subject.digest)` by \(rule.phrase)",
            cure: "`docker trust sign \(subject.repository):\(tag)`, by those who are asked for")
    }
}

extension SignedNames.Vouched {
    fileprivate init(_ role: VerifiedCollection.Role) {
        self.init(role: role.name, signers: role.signers.map(\.fingerprint))
    }
}

extension [SignedNames.Vouched] {
    /// Each key once.
    fileprivate var signatures: [VerifiedSignature] {
        var seen: Set<[UInt8]> = []
        var signatures: [VerifiedSignature] = []
        for vouched in self {
            for signer in vouched.signers where seen.insert(signer).inserted {
                signatures.append(VerifiedSignature(by: .key(fingerprint: signer), source: .role(vouched.role)))
            }
        }
        return signatures
    }
}
