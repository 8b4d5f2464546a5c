import YAMLDocument

/// Names of images that stand in an object where no Pod template is, as the steps of a Workflow do: what runs them makes
/// Pods of its own, which the webhook judges. Here they would be passed over in silence.
struct UnjudgedImages {
    private let judged: [String]
    private var found: [(path: String, text: String, position: YAMLPosition)] = []

    /// A person looks at the first few.
    private static let maximumNotices = 20
    /// What these hold is text for programs, not objects.
    private static let kindsOfData = ["ConfigMap", "Secret"]

    /// One line for each, with its place in `file`.
    ///
    /// - Parameter judged: the names in the object that are judged, wherever they stand.
    static func notices(of object: YAMLNode, in file: String, judged: [String]) -> [String] {
        let kind = object["kind"]?.scalar?.text ?? ""
        guard !kindsOfData.contains(where: { $0.utf8.elementsEqual(kind.utf8) }) else { return [] }
        var search = UnjudgedImages(judged: judged)
        search.visit(object, at: "")
        var notices = search.found.prefix(maximumNotices).map { image in
            "\(file):\(image.position.line):\(image.position.column): warning: `\(image.text)` is not judged:"
                + " `\(image.path)` is in no Pod template"
        }
        let more = search.found.count - notices.count
        if more > 0 { notices.append("\(file): warning: \(more) more such names are not judged") }
        return notices
    }

    private init(judged: [String]) { self.judged = judged }

    /// As deep as the document, which its limits bound.
    private mutating func visit(_ node: YAMLNode, at path: String) {
        for (index, element) in node.elements.enumerated() { visit(element, at: "\(path)[\(index)]") }
        for member in node.members {
            let key = member.key.scalar?.text ?? ""
            let place = path.isEmpty ? key : "\(path).\(key)"
            if key.utf8.elementsEqual("image".utf8), let image = member.value.scalar {
                note(image, at: place, member.value.position)
            } else if !key.utf8.elementsEqual("metadata".utf8) {
                visit(member.value, at: place)
            }
        }
    }

    private mutating func note(_ image: YAMLScalar, at path: String, _ position: YAMLPosition) {
        guard image.resolved == .string, !image.text.isEmpty,
            !judged.contains(where: { $0.utf8.elementsEqual(image.text.utf8) })
        else { return }
        found.append((path, image.text, position))
    }
}
