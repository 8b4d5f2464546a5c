public import StrictJSON
import PolicyEngine

/// Which image strings a Kubernetes object holds, at which paths, and which of them an update brings.
///
/// Pure, and the one place that knows: the webhook asks it about reviews, `dockgate check -f` about files.
///
/// Where it looks follows from the object's own `kind` and `apiVersion`. Kinds that Kubernetes runs have their pod spec
/// at a known place (`WorkloadKind`), and are refused if it is not there or has another shape; the items of a `v1` `List`
/// are each read by themselves; any other kind is searched for pod templates (`PodTemplateSearch`). The subresource
/// changes nothing: `pods/ephemeralcontainers` carries a whole Pod (or, before Kubernetes 1.22, an
/// `EphemeralContainers`), `deployments/scale` a `Scale`, which holds no image.
public enum WorkloadImages {
    /// How many images one request may bring: all container kinds and volumes together. Each is a decision of its own.
    public static let maximumImages = 256
    /// A reference has at most 255 bytes of name, 128 of tag and 135 of digest; this leaves room for a good message.
    public static let maximumTextBytes = 4_096

    /// All images of an object, in the order of the object's fields: main, init, ephemeral, volumes.
    ///
    /// - Parameter placeholders: exact words that stand for "filled in later" in templates, where they are passed over;
    ///   in a Pod they are images like any other.
    public static func find(
        in object: JSONValue, placeholders: [String] = []
    ) throws(WorkloadError) -> [FoundImage] {
        try judgeable(all(in: object), placeholders: placeholders)
    }

    /// The images of `object` whose text did not stand in `oldObject` under the same container kind.
    ///
    /// A text that moves from an init container to a main one is new: policies may treat the two differently. An old
    /// object that cannot be read vouches for nothing, so everything is new then. A flaw that was there before (an empty
    /// image) is not new either: it must not keep a finalizer from being removed.
    public static func find(
        in object: JSONValue, notIn oldObject: JSONValue, placeholders: [String] = []
    ) throws(WorkloadError) -> [FoundImage] {
        let images = try all(in: object)
        guard let oldImages = try? all(in: oldObject), !oldImages.isEmpty else {
            return try judgeable(images, placeholders: placeholders)
        }
        let known = Set(oldImages.map(Occurrence.init))
        return try judgeable(images.filter { !known.contains(Occurrence($0)) }, placeholders: placeholders)
    }

    private static func all(in object: JSONValue) throws(WorkloadError) -> [FoundImage] {
        try require(object, .object, at: "the object")
        if isList(object) { return try imagesOfItems(in: object) }
        guard let kind = WorkloadKind.of(object) else { return try PodTemplateSearch.images(in: object) }
        return try images(in: object, of: kind)
    }

    private static func images(in object: JSONValue, of kind: WorkloadKind) throws(WorkloadError) -> [FoundImage] {
        var spec = object
        var path = ""
        for step in kind.podSpec {
            path += step.description
            guard let next = spec[step], !next.isNull else { throw .missing(path: path, kind: kind.kind.description) }
            try require(next, .object, at: path)
            spec = next
            path += "."
        }
        if kind.needsContainers {
            let containers = spec["containers"]
            // Another type than an array is reported as such by the reader.
            if containers?.isNull ?? true || (containers?.kind == .array && containers?.count == 0) {
                throw .missing(path: path + "containers", kind: kind.kind.description)
            }
        }
        var reader = PodSpecReader(placement: kind.placement)
        try reader.read(spec, at: path)
        return reader.found
    }

    /// What `kubectl get -o json` and many files hold. The API server never sends one.
    private static func isList(_ object: JSONValue) -> Bool {
        object["kind"]?.isString("List") == true && object["apiVersion"]?.isString("v1") == true
    }

    private static func imagesOfItems(in list: JSONValue) throws(WorkloadError) -> [FoundImage] {
        guard let items = list["items"], !items.isNull else { throw .missing(path: "items", kind: "List") }
        try require(items, .array, at: "items")
        var found: [FoundImage] = []
        var index = 0
        for item in items.elements {
            let path = "items[\(index)]"
            try require(item, .object, at: path)
            for image in try all(in: item, of: path) {
                guard found.count < PodSpecReader.maximumFound else {
                    throw .tooManyImages(limit: PodSpecReader.maximumFound)
                }
                found.append(image)
            }
            index += 1
        }
        return found
    }

    private static func all(in item: JSONValue, of listPath: String) throws(WorkloadError) -> [FoundImage] {
        do {
            return try all(in: item).map { $0.moved(below: listPath) }
        } catch {
            throw error.moved(below: listPath)
        }
    }

    private static func judgeable(
        _ images: [FoundImage], placeholders: [String]
    ) throws(WorkloadError) -> [FoundImage] {
        var judged = images
        if !placeholders.isEmpty {
            judged.removeAll { image in
                image.placement == .template
                    && placeholders.contains { !$0.isEmpty && $0.utf8.elementsEqual(image.text.utf8) }
            }
        }
        for image in judged {
            if image.text.isEmpty { throw .noImage(path: image.path, inTemplate: image.placement == .template) }
            if image.text.utf8.count > maximumTextBytes {
                throw .imageTooLong(path: image.path, limit: maximumTextBytes)
            }
        }
        guard judged.count <= maximumImages else { throw .tooManyImages(limit: maximumImages) }
        return judged
    }
}

/// A text under a container kind, compared as bytes: `String ==` would take `é` and `e` with an accent for the same.
private struct Occurrence: Hashable {
    let kind: ContainerKind
    let text: String

    init(_ image: FoundImage) {
        kind = image.kind
        text = image.text
    }

    static func == (left: Occurrence, right: Occurrence) -> Bool {
        left.kind == right.kind && left.text.utf8.elementsEqual(right.text.utf8)
    }

    func hash(into hasher: inout Hasher) {
        hasher.combine(kind)
        for byte in text.utf8 { hasher.combine(byte) }
    }
}

extension FoundImage {
    fileprivate func moved(below parent: String) -> FoundImage {
        FoundImage(text: text, kind: kind, container: container, path: "\(parent).\(path)", placement: placement)
    }
}

extension WorkloadError {
    fileprivate func moved(below parent: String) -> WorkloadError {
        switch self {
        case .missing(let path, let kind): .missing(path: "\(parent).\(path)", kind: kind)
        case .wrongType(let path, let found, let expected):
            .wrongType(path: "\(parent).\(path)", found: found, expected: expected)
        case .noImage(let path, let inTemplate): .noImage(path: "\(parent).\(path)", inTemplate: inTemplate)
        case .imageTooLong(let path, let limit): .imageTooLong(path: "\(parent).\(path)", limit: limit)
        case .tooManyImages, .tooManyValues, .otherKind: self
        }
    }
}
