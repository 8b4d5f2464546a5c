/// Content that a key vouched for: the signature over exactly these bytes was checked with `key`.
///
/// Only `PublicKey.verify` makes one. Whether the key is to be believed is for whoever chose it to say.
public struct Verified<Content: Sendable>: Sendable {
    public let content: Content
    public let key: PublicKey

    init(content: Content, key: PublicKey) {
        self.content = content
        self.key = key
    }
}
