import OCI
import Outbound
import Trust

/// Where on the network a locator leads (distribution-spec, "Pulling manifests", "Pulling blobs",
/// "Listing Referrers", "Listing Tags").
struct RegistryAddress {
    let url: OutboundURL

    /// `.referenceInvalid` if the tag is none; `.addressForbidden` if the registry's name is nothing to connect to.
    init(_ locator: Locator, insecure: Bool) throws(Refusal) {
        let repository = locator.repository
        let target = "/v2/\(repository.path)/\(try RegistryAddress.last(of: locator))"
        do throws(OutboundURLError) {
            url = try OutboundURL(
                scheme: insecure ? .http : .https, domain: RegistryAddress.authority(of: repository.domain),
                target: target)
        } catch {
            throw Refusal(
                .addressForbidden, found: "`\(repository.domain)` \(error)",
                expected: "a registry's host name, or an IP address in its usual spelling")
        }
    }

    /// The API's own host and port: Docker Hub's is not the one in references.
    static func authority(of domain: String) -> String {
        domain.utf8.elementsEqual(DockerHub.domain.utf8) ? DockerHub.apiHost : domain
    }

    private static func last(of locator: Locator) throws(Refusal) -> String {
        switch locator {
        case .manifest(_, .digest(let digest), _): return "manifests/\(digest)"
        case .blob(_, let digest, _): return "blobs/\(digest)"
        case .referrers(_, let digest, _): return "referrers/\(digest)"
        case .tags: return "tags/list"
        // `NotaryAddress` says where that is.
        case .trustMetadata:
            throw Refusal(.internalError, found: "a question for a notary server", expected: "one for a registry")
        case .manifest(_, .tag(let tag), _):
            guard isTag(tag) else {
                throw Refusal(
                    .referenceInvalid, found: "a tag that is none",
                    expected: "a tag of 1 to 128 letters, digits, `_`, `.` and `-`")
            }
            return "manifests/\(tag)"
        }
    }

    /// `[A-Za-z0-9_][A-Za-z0-9._-]{0,127}`. What else could stand there could change the path.
    private static func isTag(_ tag: String) -> Bool {
        let allowed = tag.utf8.allSatisfy { byte in
            (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
                || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || "_.-".utf8.contains(byte)
        }
        return allowed && (1...128).contains(tag.utf8.count) && tag.utf8.first.map { !".-".utf8.contains($0) } == true
    }
}
