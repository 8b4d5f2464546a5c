import OCI
import Outbound
import Trust

/// What a registry gave for a locator: hashed, compared with what was asked for, and labelled.
struct RegistryContent {
    /// Both worlds' indexes and manifests, and nothing older (distribution-spec, "Pulling manifests").
    static let acceptedManifests = [
        "application/vnd.oci.image.index.v1+json", "application/vnd.oci.image.manifest.v1+json",
        "application/vnd.docker.distribution.manifest.list.v2+json",
        "application/vnd.docker.distribution.manifest.v2+json",
    ].joined(separator: ", ")

    let fetched: Fetched

    init(_ answer: OutboundResponse, for locator: Locator) {
        let digest = locator.digest.flatMap { $0.matches(answer.body) ? $0 : nil } ?? .sha256(of: answer.body)
        if let asked = locator.digest, asked != digest {
            fetched = .violated(
                .digestMismatch(
                    locator, found: "bytes with the digest `\(digest)`", expected: "the bytes of `\(asked)`"))
        } else if !locator.isTrustMetadata,
            !RegistryContent.isConsistent(answer.values(of: "docker-content-digest"), with: answer.body)
        {
            fetched = .violated(
                .digestMismatch(
                    locator, found: "bytes with the digest `\(digest)` and another digest in `Docker-Content-Digest`",
                    expected: "the digest of the bytes"))
        } else {
            let mediaType = locator.isManifest ? RegistryContent.mediaType(answer.value(of: "content-type")) : nil
            fetched = .found(Fetched.Content(bytes: answer.body, digest: digest, mediaType: mediaType))
        }
    }

    /// The header is never what a digest is taken from; but a registry that contradicts itself is not believed.
    private static func isConsistent(_ claims: [String], with body: [UInt8]) -> Bool {
        claims.allSatisfy { claim in
            guard let digest = try? Digest(parsing: claim) else { return false }
            return digest.matches(body)
        }
    }

    /// `type/subtype` in lower case, without parameters; nil if there is none.
    static func mediaType(_ field: String?) -> String? {
        guard let field else { return nil }
        let essence = field.utf8.prefix { $0 != UInt8(ascii: ";") }
        let isBlank: (UInt8) -> Bool = { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }
        var trimmed = Array(essence)[...].drop(while: isBlank)
        while let last = trimmed.last, isBlank(last) { trimmed.removeLast() }
        let isVisible = trimmed.allSatisfy { (0x21...0x7E).contains($0) }
        guard isVisible, trimmed.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false).count == 2 else {
            return nil
        }
        return String(decoding: trimmed, as: UTF8.self).lowercased()
    }
}

extension Locator {
    fileprivate var digest: Digest? {
        switch self {
        case .manifest(_, .digest(let digest), _), .blob(_, let digest, _): digest
        case .manifest(_, .tag, _), .referrers, .tags, .trustMetadata: nil
        }
    }

    /// Notary servers claim no digests.
    fileprivate var isTrustMetadata: Bool {
        if case .trustMetadata = self { true } else { false }
    }

    fileprivate var isManifest: Bool {
        if case .manifest = self { true } else { false }
    }
}
