/// The media types of manifests and configurations that Dockgate knows.
public enum MediaType {
    public static let ociIndex = "application/vnd.oci.image.index.v1+json"
    public static let ociManifest = "application/vnd.oci.image.manifest.v1+json"
    public static let ociConfig = "application/vnd.oci.image.config.v1+json"
    /// Two bytes, `{}`: the configuration of an artifact that has none.
    public static let ociEmpty = "application/vnd.oci.empty.v1+json"
    public static let dockerManifestList = "application/vnd.docker.distribution.manifest.list.v2+json"
    public static let dockerManifest = "application/vnd.docker.distribution.manifest.v2+json"
    public static let dockerConfig = "application/vnd.docker.container.image.v1+json"
    /// Schema 1: named to be refused.
    public static let dockerSchema1 = "application/vnd.docker.distribution.manifest.v1+json"
    public static let dockerSignedSchema1 = "application/vnd.docker.distribution.manifest.v1+prettyjws"

    /// The types that `Manifest` reads, in the order in which a client should accept them.
    public static let manifests = [ociIndex, ociManifest, dockerManifestList, dockerManifest]

    public static func isIndex(_ mediaType: String) -> Bool {
        [ociIndex, dockerManifestList].contains { $0.utf8.elementsEqual(mediaType.utf8) }
    }

    public static func isImageManifest(_ mediaType: String) -> Bool {
        [ociManifest, dockerManifest].contains { $0.utf8.elementsEqual(mediaType.utf8) }
    }

    /// The type that a `Content-Type` header names, without parameters, in lower case.
    public static func withoutParameters(_ header: String) -> String {
        let type = header.utf8.prefix { $0 != UInt8(ascii: ";") }
        let isSpace: (UInt8) -> Bool = { $0 == 0x20 || $0 == 0x09 }
        let trimmed = Array(Array(type.drop(while: isSpace)).reversed().drop(while: isSpace).reversed())
        return String(ascii: trimmed.lowerCasedASCII)
    }

    /// `type/subtype` in printable ASCII, without parameters.
    static func isWellFormed(_ mediaType: String) -> Bool {
        let parts = mediaType.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
        return parts.count == 2
            && parts.allSatisfy { part in
                !part.isEmpty && part.allSatisfy { (0x21...0x7E).contains($0) && $0 != UInt8(ascii: ";") }
            }
    }
}
