public import Trust

/// Which document of a collection was refused, and why.
struct ContentTrustRefusal: Error, Hashable, Sendable {
    /// As a server names it: `targets/releases.json`.
    let document: String
    let fault: MetadataFault

    /// For the person who has to mend it.
    func refusal(of collection: TrustCollection) -> Refusal {
        Refusal(
            fault.reason,
            found: "`\(document)` of `\(collection.name)` at `\(collection.server)` is refused at `\(fault.step)`: "
                + fault.found,
            expected: "trust data that its own keys have signed, that leads to a trusted root and is the newest",
            cure: fault.cure(of: collection))
    }
}

extension MetadataFault {
    fileprivate func cure(of collection: TrustCollection) -> String? {
        switch self {
        case .expired:
            "sign a tag of the repository again, which renews its trust data, or look after the notary server"
        case .untrustedRoot, .tooManyRotations:
            "compare `rootKeys` of the attestor with the root keys of `\(collection.name)`"
        case .rollback, .vanished:
            """
            find out whether somebody took the notary server back to an older state; if its owner did so on purpose, sign \
            again until its versions are higher, or remove `trusted-collections` from the state directory while the gate is stopped
            """
        case .tooFewSignatures, .otherKeyID, .otherHash, .otherType, .otherVersion, .malformed, .notListed, .absent,
            .tooLarge:
            "find out what changed the trust data at the notary server, and sign again"
        }
    }
}

extension Refusal {
    /// A document is not there that nothing says anything of: nobody has signed.
    public static func withoutTrustData(_ collection: TrustCollection) -> Refusal {
        Refusal(
            .signatureMissing, found: "no trust data for `\(collection.name)` at `\(collection.server)`",
            expected: "an image signed with Docker Content Trust",
            cure: "`docker trust sign \(collection.repository):TAG`")
    }

    /// The server does not answer, and what is remembered does not do either.
    func withoutRemembered(_ why: String) -> Refusal {
        Refusal(
            reason, found: "\(found), and what is remembered of it cannot be used: \(why)", expected: expected,
            cure: cure)
    }
}
