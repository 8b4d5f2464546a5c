import Doors
import StrictJSON
import YAMLDocument

/// A file of Kubernetes manifests, YAML or JSON, of one or many documents.
struct ManifestFile {
    let workloads: [Workload]
    /// What a person should know beside, each with its place.
    let notices: [String]

    /// `documents` are those of the file that is called `name`. Refuses what holds no Kubernetes object or something else,
    /// and an undecodable workload.
    init(_ documents: [YAMLNode], of name: String, placeholders: [String]) throws(UsageError) {
        let written = documents.filter { $0.scalar?.resolved != .null }
        // A chart that failed to render must not look like one whose images are all allowed.
        guard let first = written.first else { throw UsageError("no Kubernetes object in `\(name)`") }
        var workloads: [Workload] = []
        for document in written {
            for object in try ManifestFile.objects(in: document, of: name) {
                workloads.append(try Workload(object, in: name, placeholders: placeholders))
            }
        }
        guard !workloads.isEmpty else {
            throw UsageError(
                "no Kubernetes object in `\(name)`: its lists are empty", at: "\(name):\(first.line):\(first.column)")
        }
        self.workloads = workloads
        notices = workloads.flatMap(\.notices)
    }

    /// The items of a list are objects of their own, each with its namespace. To `kubectl` whatever has `items` is a list,
    /// and they alone are applied; an API server takes an object for what its kind says. So of every kind the items count,
    /// and the object without them too unless it is of a kind that holds nothing else.
    private static func objects(in object: YAMLNode, of file: String) throws(UsageError) -> [YAMLNode] {
        guard let version = object["apiVersion"]?.scalar?.text, let kind = object["kind"]?.scalar?.text else {
            let remark =
                object["include"] == nil
                ? ""
                : "; if this is a Compose file: it has no `services` and only includes others, so check each of those"
            throw UsageError(
                "not a Kubernetes object: `apiVersion` and `kind` are not both there\(remark)",
                at: "\(file):\(object.line):\(object.column)")
        }
        let list = ListKind(kind, version)
        guard let items = object["items"], case .sequence(let elements) = items.kind,
            list.holdsNothingElse || elements.allSatisfy(\.isMapping)
        else {
            guard list.holdsNothingElse else { return [object] }
            let place = object["items"] ?? object
            throw UsageError(
                "`items` of a `\(kind)` is not a list of objects", at: "\(file):\(place.line):\(place.column)")
        }
        var objects = list.holdsNothingElse ? [] : [object.without("items")]
        for element in elements { objects += try ManifestFile.objects(in: list.typed(element), of: file) }
        return objects
    }
}

/// What a kind says about the `items` of its objects.
private struct ListKind {
    /// Whether it is `List`, or the list of a kind that Kubernetes itself runs: such objects hold nothing but items.
    let holdsNothingElse: Bool
    /// What an item is that does not say it: the API leaves it out in lists of one kind. Nil in a `List`.
    private let item: (apiVersion: String, kind: String)?

    private static let groups: [(prefix: String, kinds: [String])] = [
        ("", ["", "Pod", "ReplicationController", "PodTemplate"]),
        ("apps/", ["Deployment", "ReplicaSet", "StatefulSet", "DaemonSet"]),
        ("batch/", ["Job", "CronJob"]),
        ("extensions/", ["Deployment", "ReplicaSet", "DaemonSet"]),
    ]

    init(_ kind: String, _ apiVersion: String) {
        let slash = apiVersion.utf8.lastIndex(of: UInt8(ascii: "/"))
        let prefix = slash.map { apiVersion.utf8[...$0] } ?? apiVersion.utf8.prefix(0)
        let kinds = ListKind.groups.first { $0.prefix.utf8.elementsEqual(prefix) }?.kinds ?? []
        holdsNothingElse = kinds.contains { kind.utf8.elementsEqual("\($0)List".utf8) }
        let name = kind.utf8.suffix(4).elementsEqual("List".utf8) ? String(kind.dropLast(4)) : kind
        item = name.isEmpty ? nil : (apiVersion, name)
    }

    /// `object` with the type that the list gives it, if it names neither part of one.
    func typed(_ object: YAMLNode) -> YAMLNode {
        guard let item, case .mapping(let members) = object.kind, object["apiVersion"] == nil, object["kind"] == nil
        else { return object }
        func text(_ text: String) -> YAMLNode {
            YAMLNode(.scalar(YAMLScalar(text: text, resolved: .string, style: .plain)), at: object.position)
        }
        let type = [
            (key: text("apiVersion"), value: text(item.apiVersion)), (key: text("kind"), value: text(item.kind)),
        ]
        return YAMLNode(.mapping(type + members), at: object.position)
    }
}

extension YAMLNode {
    fileprivate var isMapping: Bool {
        guard case .mapping = kind else { return false }
        return true
    }

    fileprivate func without(_ key: String) -> YAMLNode {
        let kept = members.filter { !($0.key.scalar?.text.utf8.elementsEqual(key.utf8) ?? false) }
        return YAMLNode(.mapping(kept), at: position)
    }
}

/// One Kubernetes object of a file and the images that it names.
struct Workload: Sendable {
    let kind: String?
    let name: String?
    let namespace: String?
    let images: [FoundImage]
    /// Where each image is written.
    let places: [Place]
    /// What a person should know beside, each with its place.
    let notices: [String]

    init(_ object: YAMLNode, in file: String, placeholders: [String]) throws(UsageError) {
        let metadata = object["metadata"]
        kind = object["kind"]?.scalar?.text
        name = metadata?["name"]?.scalar?.text
        // To `kubectl` an empty one, such as a chart leaves, is none.
        let written = metadata?["namespace"]?.scalar
        namespace = written?.resolved == .null || written?.text.isEmpty == true ? nil : written?.text
        do {
            images = try WorkloadImages.find(
                in: try JSONDocument(parsing: object.json).root, placeholders: placeholders)
        } catch let error as WorkloadError {
            throw UsageError(error.description, at: "\(file):\(object.line)")
        } catch {
            throw UsageError("the document has no JSON form: \(error)", at: "\(file):\(object.line)")
        }
        places = images.map { Place(file, line: (object.node(at: $0.path) ?? object).line) }
        notices = UnjudgedImages.notices(of: object, in: file, judged: images.map(\.text) + placeholders)
    }
}
