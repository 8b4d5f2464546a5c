public import OCI

/// Where notary servers are.
public enum NotaryServer {
    private static let hub = "docker.io"
    private static let ofHub = "https://notary.docker.io"
    /// Longer addresses are no addresses.
    private static let longest = 512

    /// The server that the docker client asks about a repository: Docker Hub has its own, every other registry is one itself.
    public static func address(for repository: Repository) -> String {
        repository.domain.isSpelled(hub) ? ofHub : "https://\(repository.domain)"
    }

    /// What is wrong with an address of a server, as the end of a sentence that begins with what it is; nil if nothing is.
    /// Its last slash may be there or not.
    public static func fault(in address: String) -> String? {
        let scheme = Array("https://".utf8)
        guard address.utf8.count <= longest else { return "is longer than \(longest) bytes" }
        guard address.utf8.starts(with: scheme) else { return "does not begin with `https://`" }
        let rest = address.utf8.dropFirst(scheme.count)
        let isPlain = rest.allSatisfy { byte in
            (0x21...0x7E).contains(byte) && !"\"<>\\^`{|}?#@".utf8.contains(byte)
        }
        guard isPlain else { return "has characters that no server's address has, or a user, a query or a fragment" }
        guard let first = rest.first, first != UInt8(ascii: "/"), first != UInt8(ascii: ":") else {
            return "names no host"
        }
        return nil
    }

    /// `HOST[:PORT]` of an address in which `fault` finds nothing wrong; nil for any other.
    public static func host(in address: String) -> String? {
        guard fault(in: address) == nil else { return nil }
        let rest = address.utf8.dropFirst("https://".utf8.count).prefix { $0 != UInt8(ascii: "/") }
        return String(decoding: rest, as: UTF8.self)
    }

    /// Without a slash at its end, as collections name their server.
    public static func spelled(_ address: String) -> String {
        var bytes = Array(address.utf8)
        while bytes.last == UInt8(ascii: "/") { bytes.removeLast() }
        return String(decoding: bytes, as: UTF8.self)
    }
}
