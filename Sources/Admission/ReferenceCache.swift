import OCI
import PolicyEngine
import Timestamp

/// References that were read before, by the bytes of their text. Reading one costs as much as deciding about it, and a
/// cluster names the same images again and again.
final class ReferenceCache: Sendable {
    /// By bytes: `String ==` would take a text that is refused for one that was read.
    private struct Text: Hashable, Sendable {
        let text: String

        static func == (left: Text, right: Text) -> Bool { left.text.isWritten(like: right.text) }

        func hash(into hasher: inout Hasher) {
            var text = text
            text.withUTF8 { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
        }
    }

    /// A text and what it came to are below a kilobyte.
    private let references = ShardedCache<Text, MatchableReference>(maximumCost: 16_384)

    /// What a text means never changes; the lifetime only lets go of what is not asked for any more.
    private static let lifetime = Duration.seconds(3_600)

    /// The reference, read now or before. What is no reference is read anew each time, so strangers cannot fill the cache
    /// with nonsense.
    func reference(_ text: String, at now: Instant) throws(ReferenceError) -> MatchableReference {
        let key = Text(text: text)
        if let known = references.value(for: key, at: now) { return known }
        let reference = MatchableReference(try ImageReference(parsing: text))
        references.insert(reference, for: key, at: now, lifetime: ReferenceCache.lifetime)
        return reference
    }
}
