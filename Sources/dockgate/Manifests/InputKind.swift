import ArgumentParser
import Compose
import YAMLDocument

/// What `check -f` can be given.
enum InputKind: String, CaseIterable, ExpressibleByArgument {
    case kubernetes, compose, dockerfile
    case ociLayout = "oci-layout"
    /// An OCI layout in a tar archive, which `docker save` writes too.
    case archive

    /// What a record calls the object that names the images.
    var word: String {
        switch self {
        case .kubernetes: "Kubernetes"
        case .compose: "Compose"
        case .dockerfile: "Dockerfile"
        case .ociLayout, .archive: "ImageLayout"
        }
    }

    var isLayout: Bool { self == .ociLayout || self == .archive }

    // MARK: - Finding out

    /// Whether a file is a Dockerfile: by its name, or by its first instruction.
    static func isDockerfile(_ path: String, _ bytes: [UInt8]) -> Bool {
        let name = path.split(separator: "/").last.map { $0.lowercased() } ?? ""
        let stems = ["dockerfile", "containerfile"]
        if stems.contains(where: { name == $0 || name.hasPrefix("\($0).") || name.hasSuffix(".\($0)") }) { return true }
        let byteOrderMark: [UInt8] = [0xEF, 0xBB, 0xBF]
        let content = bytes.starts(with: byteOrderMark) ? bytes.dropFirst(byteOrderMark.count) : bytes[...]
        let lines = content.prefix(65_536).split(separator: UInt8(ascii: "\n"))
        let isSpace: (UInt8) -> Bool = { [0x09, 0x0D, 0x20].contains($0) }
        let first = lines.lazy.map { $0.drop(while: isSpace) }.first { !$0.isEmpty && $0.first != UInt8(ascii: "#") }
        let words = first?.split(whereSeparator: isSpace).map { String(decoding: $0, as: UTF8.self).lowercased() } ?? []
        // No key of YAML: that would have a colon behind it.
        return words.count > 1 && (words[0] == "from" || words[0] == "arg") && words[1].first != ":"
    }

    /// Whether documents are of Compose. Throws if one could be of Kubernetes as well.
    static func isCompose(_ documents: [YAMLNode], in name: String) throws(UsageError) -> Bool {
        for document in documents where document["services"] != nil && !ComposeFile.isRecognized(document) {
            throw UsageError(
                "has `services` as a Compose file, and `apiVersion` and `kind` as a Kubernetes object; say which with --kind",
                at: "\(name):\(document.line):\(document.column)")
        }
        return documents.contains(where: ComposeFile.isRecognized)
    }
}
