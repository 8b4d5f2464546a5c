import PolicyEngine
import StrictJSON

/// Looks for pod templates in an object whose kind we do not know: a Rollout, a Workflow, whatever comes next.
///
/// The rule, over the whole object except its own `metadata` (which the API server holds to a shape without
/// containers):
/// - A member named `containers`, `initContainers` or `ephemeralContainers` whose value is an array of objects, at least
///   one of which has a string under `image`, is a container list, and is read as strictly as in a Deployment.
/// - A member named `volumes` whose value is an array of objects, at least one of which has a string under
///   `image.reference`, holds image volumes, and is read likewise.
/// - Everything else is searched further; objects without such members hold no image.
///
/// It is early news for the author rather than the boundary: the Pods that a controller makes from such an object are
/// judged again, by themselves.
struct PodTemplateSearch {
    private var reader = PodSpecReader(placement: .template)
    private var visited = 0
    private var steps: [PathStep] = []

    /// Objects of the API are at most 3 MiB, which fewer values than this fill; more is not searched but refused.
    static let maximumValues = 1_000_000

    private enum PathStep {
        case member(String)
        case element(Int)
    }

    static func images(in object: JSONValue) throws(WorkloadError) -> [FoundImage] {
        var search = PodTemplateSearch()
        for (key, value) in object.members where !key.utf8.isExactly("metadata") {
            try search.visit(value, named: key)
        }
        return search.reader.found
    }

    private mutating func visit(_ value: JSONValue, named key: String) throws(WorkloadError) {
        steps.append(.member(key))
        defer { steps.removeLast() }
        if let kind = PodTemplateSearch.containerKind(of: key), PodTemplateSearch.isContainerList(value) {
            try reader.readContainers(value, kind: kind, at: pathText)
        } else if key.utf8.isExactly("volumes"), PodTemplateSearch.isImageVolumeList(value) {
            try reader.readVolumes(value, at: pathText)
        } else {
            try search(value)
        }
    }

    /// Recursion is as deep as the document, which `JSONLimits` bounds.
    private mutating func search(_ value: JSONValue) throws(WorkloadError) {
        visited += 1
        guard visited <= PodTemplateSearch.maximumValues else {
            throw .tooManyValues(limit: PodTemplateSearch.maximumValues)
        }
        switch value.kind {
        case .object:
            for (key, member) in value.members { try visit(member, named: key) }
        case .array:
            var index = 0
            for element in value.elements {
                steps.append(.element(index))
                defer { steps.removeLast() }
                try search(element)
                index += 1
            }
        case .string, .number, .boolean, .null:
            break
        }
    }

    private static func containerKind(of key: String) -> ContainerKind? {
        PodSpecReader.containerLists.first { key.utf8.isExactly($0.member) }?.kind
    }

    private static func isContainerList(_ value: JSONValue) -> Bool {
        var hasImage = false
        for element in value.elements {
            guard element.kind == .object else { return false }
            if element["image"]?.kind == .string { hasImage = true }
        }
        return hasImage
    }

    private static func isImageVolumeList(_ value: JSONValue) -> Bool {
        var hasImage = false
        for element in value.elements {
            guard element.kind == .object else { return false }
            if element["image"]?["reference"]?.kind == .string { hasImage = true }
        }
        return hasImage
    }

    private var pathText: String {
        var text = ""
        for step in steps {
            switch step {
            case .member(let key):
                if !text.isEmpty { text += "." }
                text += PodTemplateSearch.printable(key)
            case .element(let index):
                text += "[\(index)]"
            }
        }
        return text
    }

    /// Keys of unknown objects are anybody's text: shown in full only if they look like a field name.
    private static func printable(_ key: String) -> String {
        let isPlain = key.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "/"):
                true
            default: false
            }
        }
        if isPlain, (1...63).contains(key.utf8.count) { return key }
        let shown = key.unicodeScalars.prefix(63).map { $0.escaped(asASCII: true) }.joined()
        return "[\"\(shown)\"]"
    }
}
