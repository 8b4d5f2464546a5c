import OCI
import Outbound
import Trust

/// Where on the network the metadata of a trusted collection is, and who may read it (notary's server API: `GET
/// {server}/v2/{GUN}/_trust/tuf/{name}`).
///
/// The server is the one that an attestor names, or that belongs to the image's registry; nothing that an image or a server
/// says leads to another. What is set for its host in the configuration counts for it. One without an entry of its own is
/// asked anonymously, over TLS, at public addresses; only Docker Hub's is sent the credentials for `docker.io`, as the
/// docker client sends them.
struct NotaryAddress {
    let url: OutboundURL
    let scope: PullScope

    /// `.addressForbidden` if the server's address is none that is asked, `.referenceInvalid` if the collection's name or the
    /// document's could lead elsewhere.
    init(
        _ name: TrustMetadataName, of collection: TrustCollection, by configuration: RegistryConfiguration
    ) throws(Refusal) {
        let server = try NotaryAddress.server(collection.server)
        let entry = configuration.hosts.first { server.isMeant(by: RegistryAddress.authority(of: $0.host)) }
        let isHubs = server.authority.utf8.elementsEqual(DockerHub.notaryHost.utf8)
        let borrowed = isHubs && entry?.credentials == nil ? DockerHub.domain : nil
        scope = PullScope(
            host: .notary(authority: server.authority, server: collection.server), name: collection.name,
            entry: borrowed ?? entry?.host)
        let path = try NotaryAddress.path(collection.name) + "/_trust/tuf/" + NotaryAddress.path(name.path)
        let prefix = server.target.utf8.elementsEqual("/".utf8) ? "" : server.target
        do throws(OutboundURLError) {
            url = try OutboundURL(
                scheme: entry?.insecureHTTP == true ? .http : .https, domain: server.authority,
                target: "\(prefix)/v2/\(path)")
        } catch { throw NotaryAddress.forbidden(collection.server, "\(error)") }
    }

    /// `https://notary.example.com`, with a path or without, and nothing behind it.
    private static func server(_ text: String) throws(Refusal) -> OutboundURL {
        let url: OutboundURL
        do throws(OutboundURLError) { url = try OutboundURL(parsing: text) } catch {
            throw forbidden(text, "\(error)")
        }
        guard url.scheme == .https else { throw forbidden(text, "does not begin with `https://`") }
        let isWhole = !text.utf8.contains { "?#".utf8.contains($0) }
        guard isWhole, url.target.utf8.count == 1 || text.utf8.last != slash else {
            throw forbidden(text, "has a slash, a query or a fragment at its end")
        }
        return url
    }

    /// Notary's names are paths, and nothing of them is left to whoever resolves paths: what is not plain is escaped.
    private static func path(_ name: String) throws(Refusal) -> String {
        let segments = name.utf8.split(separator: slash, omittingEmptySubsequences: false)
        let leadsElsewhere = segments.contains {
            $0.isEmpty || $0.elementsEqual(".".utf8) || $0.elementsEqual("..".utf8)
        }
        guard !leadsElsewhere else {
            throw Refusal(
                .referenceInvalid, found: "a name of trust data that is no path from one place to one below it",
                expected: "a repository's name, such as `docker.io/library/alpine`")
        }
        return segments.map { String(decoding: $0.flatMap(escaped), as: UTF8.self) }.joined(separator: "/")
    }

    private static func escaped(_ byte: UInt8) -> [UInt8] {
        let isPlain =
            (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
            || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || "-._~:".utf8.contains(byte)
        guard !isPlain else { return [byte] }
        let digits = Array("0123456789ABCDEF".utf8)
        return [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 0x0F)]]
    }

    private static let slash = UInt8(ascii: "/")

    private static func forbidden(_ server: String, _ what: String) -> Refusal {
        Refusal(
            .addressForbidden, found: "the notary server's address `\(server)` \(what)",
            expected: "an address such as `https://notary.example.com`", cure: "correct `server` of the attestor")
    }
}
