import OCI
import StrictJSON

/// An entry of the `manifest.json` of `docker save` (moby, image/tarexport): an image by the paths of its parts.
struct DockerSavedImage {
    /// Where it stands: `[0]`.
    let path: String
    let config: Digest
    let layers: [Digest]
    /// `RepoTags`.
    let names: [String]

    private static let keys: [StaticString] = ["Config", "RepoTags", "Layers"]

    static func all(in bytes: [UInt8]) throws(LayoutError) -> [DockerSavedImage] {
        let root: JSONValue
        do throws(JSONError) {
            root = try JSONDocument(parsing: bytes).root
        } catch {
            throw malformed("\(error)")
        }
        guard root.kind == .array, root.count <= ImageLayout.maximumImages else {
            throw malformed("is no list of at most \(ImageLayout.maximumImages) images")
        }
        var images: [DockerSavedImage] = []
        for (position, entry) in root.elements.enumerated() {
            images.append(try DockerSavedImage(entry, at: "[\(position)]"))
        }
        return images
    }

    private init(_ entry: JSONValue, at path: String) throws(LayoutError) {
        guard entry.kind == .object else { throw DockerSavedImage.malformed("\(path) is no object") }
        // Go takes a key in any case for a known one.
        for (key, _) in entry.members {
            for known in DockerSavedImage.keys where DockerSavedImage.isVariant(key, of: known) {
                throw DockerSavedImage.malformed("\(path) has a key that only looks like `\(known)`")
            }
        }
        self.path = path
        config = try DockerSavedImage.digest(entry["Config"], at: "\(path).Config")
        var layers: [Digest] = []
        for layer in try DockerSavedImage.elements(entry["Layers"], at: "\(path).Layers") {
            layers.append(try DockerSavedImage.digest(layer, at: "\(path).Layers"))
        }
        self.layers = layers
        var names: [String] = []
        let tags = try DockerSavedImage.elements(entry["RepoTags"], at: "\(path).RepoTags")
        guard tags.count <= ImageLayout.maximumImages else {
            throw DockerSavedImage.malformed("\(path).RepoTags is longer than \(ImageLayout.maximumImages) names")
        }
        for name in tags {
            guard let text = name.string else {
                throw DockerSavedImage.malformed("\(path).RepoTags holds something else than text")
            }
            names.append(text)
        }
        self.names = names
    }

    /// None for `null`, which Docker writes for an empty list.
    private static func elements(_ value: JSONValue?, at path: String) throws(LayoutError) -> [JSONValue] {
        guard let value, !value.isNull else { return [] }
        guard value.kind == .array else { throw malformed("\(path) is no list") }
        return Array(value.elements)
    }

    /// `blobs/sha256/<hexadecimal>`.
    private static func digest(_ value: JSONValue?, at path: String) throws(LayoutError) -> Digest {
        let prefix = Array("blobs/sha256/".utf8)
        guard let text = value?.stringUTF8, text.starts(with: prefix) else {
            throw malformed("\(path) names no blob of the layout, expected `blobs/sha256/` and a digest")
        }
        do throws(DigestError) {
            return try Digest(parsing: "sha256:" + String(decoding: text.dropFirst(prefix.count), as: UTF8.self))
        } catch {
            throw malformed("\(path): \(error)")
        }
    }

    private static func isVariant(_ key: String, of known: StaticString) -> Bool {
        func folded(_ text: String) -> String { text.lowercased().uppercased() }
        let spelling = known.description
        return folded(key) == folded(spelling) && !key.utf8.elementsEqual(spelling.utf8)
    }

    private static func malformed(_ what: String) -> LayoutError { LayoutError(.invalid, what, in: "manifest.json") }
}
