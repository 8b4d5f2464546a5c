import Admission
import Cryptography
import PolicyEngine
import StrictJSON

/// The question whether one image may run, as an `admission.k8s.io/v1` AdmissionReview.
///
/// It is put as a dry run about an object that holds this image and nothing else: a Pod, or a template if the image
/// stands in one. All that policies select by is in it, and nothing else of a manifest, which may hold secrets, leaves
/// this machine.
struct ImageQuestion: Hashable, Sendable {
    let image: String
    let kind: ContainerKind
    let namespace: String
    /// Whether Kubernetes makes Pods of it later. Words that stand for an image are for such places only.
    let isTemplate: Bool
    let uid: String

    /// - Throws: `UsageError` if the namespace is not known: every Pod has one.
    init(_ image: RequestedImage, of item: CheckRequest) throws(UsageError) {
        guard let namespace = item.request.origin.namespace else {
            throw UsageError(
                "a running gate is asked about a namespace, and `\(image.text)` has none; say which one with --namespace"
            )
        }
        self.image = image.text
        self.kind = image.kind
        self.namespace = namespace
        let isOfCluster = item.isWorkload && item.request.facts.source == .kubernetes
        let kind = isOfCluster ? item.request.origin.kind : nil
        isTemplate = kind.map { $0 != "Pod" } ?? false
        uid = ImageQuestion.newUID()
    }

    /// Whether it may be a word that is filled in later, of which a gate judges nothing: such a word stands in a template,
    /// and names neither a registry nor a tag nor a digest.
    var mayBePlaceholder: Bool { isTemplate && !image.utf8.contains { "/:@".utf8.contains($0) } }

    /// The same image in the same place is asked about once.
    static func == (left: ImageQuestion, right: ImageQuestion) -> Bool {
        left.kind == right.kind && left.isTemplate == right.isTemplate
            && left.image.utf8.elementsEqual(right.image.utf8)
            && left.namespace.utf8.elementsEqual(right.namespace.utf8)
    }

    func hash(into hasher: inout Hasher) {
        hasher.combine(Array(image.utf8))
        hasher.combine(kind)
        hasher.combine(Array(namespace.utf8))
        hasher.combine(isTemplate)
    }

    /// A random UUID (RFC 9562, version 4).
    private static func newUID() -> String {
        var bytes = SecureRandom.bytes(16)
        bytes[6] = bytes[6] & 0x0F | 0x40
        bytes[8] = bytes[8] & 0x3F | 0x80
        return [0..<4, 4..<6, 6..<8, 8..<10, 10..<16].map { bytes[$0].hexadecimal }.joined(separator: "-")
    }
}

extension ImageQuestion {
    /// A Pod must have a container. So an image that is none is asked about as what an update brings to a Pod that has one
    /// already, which is not asked about.
    var review: [UInt8] {
        var writer = JSONWriter()
        writer.beginObject()
        writer.member("apiVersion", "admission.k8s.io/v1")
        writer.member("kind", "AdmissionReview")
        writer.key("request")
        writer.beginObject()
        writer.member("uid", uid)
        writer.key("kind")
        writer.beginObject()
        writer.member("group", "")
        writer.member("version", "v1")
        writer.member("kind", isTemplate ? "PodTemplate" : "Pod")
        writer.endObject()
        writer.member("namespace", namespace)
        writer.member("operation", kind == .main ? "CREATE" : "UPDATE")
        writer.key("userInfo")
        writer.beginObject()
        writer.member("username", "dockgate check")
        writer.endObject()
        writer.key("object")
        writeObject(to: &writer, isOld: false)
        if kind != .main {
            writer.key("oldObject")
            writeObject(to: &writer, isOld: true)
        }
        writer.member("dryRun", true)
        writer.endObject()
        writer.endObject()
        return writer.bytes
    }

    private func writeObject(to writer: inout JSONWriter, isOld: Bool) {
        writer.beginObject()
        writer.member("apiVersion", "v1")
        writer.member("kind", isTemplate ? "PodTemplate" : "Pod")
        writer.key("metadata")
        writer.beginObject()
        writer.member("name", "dockgate-check")
        writer.member("namespace", namespace)
        writer.endObject()
        if isTemplate {
            writer.key("template")
            writer.beginObject()
        }
        writer.key("spec")
        writer.beginObject()
        writeContainer("containers", kind == .main ? image : "already-there", to: &writer)
        if !isOld { writePlace(to: &writer) }
        writer.endObject()
        if isTemplate { writer.endObject() }
        writer.endObject()
    }

    private func writePlace(to writer: inout JSONWriter) {
        switch kind {
        case .main: break
        case .initialization: writeContainer("initContainers", image, to: &writer)
        case .ephemeral: writeContainer("ephemeralContainers", image, to: &writer)
        case .volume:
            writer.key("volumes")
            writer.beginArray()
            writer.beginObject()
            writer.member("name", "image")
            writer.key("image")
            writer.beginObject()
            writer.member("reference", image)
            writer.endObject()
            writer.endObject()
            writer.endArray()
        }
    }

    private func writeContainer(_ list: StaticString, _ image: String, to writer: inout JSONWriter) {
        writer.key(list)
        writer.beginArray()
        writer.beginObject()
        writer.member("name", "image")
        writer.member("image", image)
        writer.endObject()
        writer.endArray()
    }
}
