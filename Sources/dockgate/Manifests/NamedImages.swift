import Admission
import Compose
import ImageContents
import PolicyEngine
import YAMLDocument

/// The images that a file names which is no Kubernetes manifest.
struct NamedImages: Sendable {
    let kind: InputKind
    /// As the command line names it; `stdin` for standard input.
    let file: String
    let images: [(image: RequestedImage, line: Int?)]

    init(_ compose: ComposeFile, in file: String) {
        (kind, self.file) = (.compose, file)
        images = compose.images.map { image in
            let requested = RequestedImage(
                text: image.text, kind: image.isVolume ? .volume : .main, path: image.path, container: image.service)
            return (requested, image.position.line)
        }
    }

    init(_ dockerfile: Dockerfile, in file: String) {
        (kind, self.file) = (.dockerfile, file)
        images = dockerfile.images.map { image in
            (RequestedImage(text: image.text, kind: .main, path: image.instruction, container: nil), image.line)
        }
    }

    /// - Parameter images: texts with digests, and where in the layout each stands.
    init(layout images: [(text: String, path: String)], of kind: InputKind, in file: String) {
        (self.kind, self.file) = (kind, file)
        self.images = images.map {
            (RequestedImage(text: $0.text, kind: .main, path: $0.path, container: nil), nil)
        }
    }
}
