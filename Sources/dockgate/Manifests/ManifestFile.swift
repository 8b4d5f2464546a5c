import Doors
import Glibc
import PolicyDocuments
import StrictJSON
import YAMLDocument

/// A file of Kubernetes manifests, YAML or JSON, of one or many documents.
struct ManifestFile {
    let workloads: [Workload]

    /// Output of a chart is large and may use anchors; nothing of it is believed.
    private static let limits = YAMLLimits(
        maximumBytes: 16 << 20, maximumDocuments: 4_096, maximumDepth: 64, maximumNodes: 2_000_000,
        aliases: .expanded(budget: 100_000))

    /// Reads a file, or standard input for `-`. Refuses what is no YAML, what holds no Kubernetes object or something
    /// else, and an undecodable workload.
    init(reading path: String, placeholders: [String]) throws(UsageError) {
        let name = path == "-" ? "stdin" : path
        let documents: [YAMLNode]
        do {
            let bytes = try ManifestFile.read(path)
            documents = try YAMLStream.parse(bytes, limits: ManifestFile.limits)
        } catch let error as YAMLError {
            throw UsageError(error.message, at: "\(name):\(error.line):\(error.column)")
        } catch {
            throw UsageError("`\(name.printable)` \(error)")
        }
        let written = documents.filter { $0.scalar?.resolved != .null }
        // A chart that failed to render must not look like one whose images are all allowed.
        guard !written.isEmpty else { throw UsageError("no Kubernetes object in `\(name)`") }
        var workloads: [Workload] = []
        for document in written {
            guard document["apiVersion"]?.scalar != nil, document["kind"]?.scalar != nil else {
                throw UsageError(
                    "not a Kubernetes object: `apiVersion` and `kind` are not both there",
                    at: "\(name):\(document.line):\(document.column)")
            }
            for object in ManifestFile.objects(in: document) {
                workloads.append(try Workload(object, in: name, placeholders: placeholders))
            }
        }
        self.workloads = workloads
    }

    /// The items of a `List` are objects of their own, each with its namespace.
    private static func objects(in document: YAMLNode) -> [YAMLNode] {
        guard document["kind"]?.scalar?.text.hasSuffix("List") == true, let items = document["items"] else {
            return [document]
        }
        return items.elements.flatMap(objects)
    }

    private static func read(_ path: String) throws(DocumentSourceError) -> [UInt8] {
        guard path == "-" else { return try FileSystemSource().read(path, limit: limits.maximumBytes) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while bytes.count <= limits.maximumBytes {
            let count = Glibc.read(STDIN_FILENO, &buffer, buffer.count)
            if count == 0 { break }
            if count > 0 {
                bytes += buffer.prefix(count)
            } else if errno != EINTR {
                throw DocumentSourceError("cannot be read: \(String(cString: strerror(errno)))")
            }
        }
        return bytes
    }
}

/// One Kubernetes object of a file and the images that it names.
struct Workload: Sendable {
    let kind: String?
    let name: String?
    let namespace: String?
    let images: [FoundImage]
    /// `file:line` of each image.
    let places: [String]

    init(_ object: YAMLNode, in file: String, placeholders: [String]) throws(UsageError) {
        let metadata = object["metadata"]
        kind = object["kind"]?.scalar?.text
        name = metadata?["name"]?.scalar?.text
        namespace = metadata?["namespace"]?.scalar?.text
        do {
            images = try WorkloadImages.find(
                in: try JSONDocument(parsing: object.json).root, placeholders: placeholders)
        } catch let error as WorkloadError {
            throw UsageError(error.description, at: "\(file):\(object.line)")
        } catch {
            throw UsageError("the document has no JSON form: \(error)", at: "\(file):\(object.line)")
        }
        places = images.map { "\(file):\((object.node(at: $0.path) ?? object).line)" }
    }
}
