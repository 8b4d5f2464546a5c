public import OCI

/// A reference, cut into the pieces that patterns look at.
///
/// A class, since the same references are judged again and again: whoever remembers one hands it around as one count.
public final class MatchableReference: Sendable {
    public let reference: ImageReference
    let hostLabels: [ArraySlice<UInt8>]
    let port: ArraySlice<UInt8>
    let segments: [ArraySlice<UInt8>]
    let tag: [UInt8]?

    public init(_ reference: ImageReference) {
        self.reference = reference
        let (host, port) = splitHostAndPort(Array(reference.repository.domain.utf8)[...])
        hostLabels = host.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        self.port = port
        segments = Array(reference.repository.path.utf8).split(separator: UInt8(ascii: "/"))
        tag = reference.tag.map { Array($0.utf8) }
    }
}
