import Admission
import Doors
import PolicyEngine

/// What `check` asks the gate, and where in which file each image was written.
struct CheckRequest: Sendable {
    let request: AdmissionRequest
    /// Where each image is written; empty for images named on the command line.
    let places: [Place]
    /// Whether a Kubernetes object names them.
    let isWorkload: Bool

    init(images: [String], namespace: NamedNamespace, source: RequestSource, deadline: ContinuousClock.Instant) {
        request = AdmissionRequest(
            facts: namespace.facts(of: source),
            images: images.map { RequestedImage(text: $0, kind: .main, path: "argument", container: nil) },
            origin: CheckRequest.origin(namespace.name), deadline: deadline)
        places = []
        isWorkload = false
    }

    init(_ workload: Workload, namespace: NamedNamespace, source: RequestSource, deadline: ContinuousClock.Instant) {
        var origin = CheckRequest.origin(workload.namespace ?? namespace.name)
        origin.kind = workload.kind
        origin.name = workload.name
        request = AdmissionRequest(
            facts: namespace.facts(of: source, in: workload.namespace),
            images: workload.images.map {
                RequestedImage(text: $0.text, kind: $0.kind, path: $0.path, container: $0.container)
            },
            origin: origin, deadline: deadline)
        places = workload.places
        isWorkload = true
    }

    /// Manifests are for Kubernetes unless `source` says otherwise, everything else for a pipeline.
    init(_ item: InputFile.Item, namespace: NamedNamespace, source: RequestSource?, deadline: ContinuousClock.Instant) {
        switch item {
        case .workload(let workload):
            self.init(workload, namespace: namespace, source: source ?? .kubernetes, deadline: deadline)
        case .images(let named):
            self.init(named, namespace: namespace, source: source ?? .pipeline, deadline: deadline)
        }
    }

    init(_ named: NamedImages, namespace: NamedNamespace, source: RequestSource, deadline: ContinuousClock.Instant) {
        var origin = CheckRequest.origin(namespace.name)
        origin.kind = named.kind.word
        origin.name = named.file
        request = AdmissionRequest(
            facts: namespace.facts(of: source), images: named.images.map(\.image), origin: origin, deadline: deadline)
        places = named.images.map { Place(named.file, line: $0.line) }
        isWorkload = false
    }

    /// What names the images, if that is more than a file: `Deployment prod-shop/web`.
    var object: String? {
        guard isWorkload else { return nil }
        let origin = request.origin
        let name = [origin.namespace, origin.name].compactMap { $0 }.joined(separator: "/")
        return origin.kind.map { name.isEmpty ? $0 : "\($0) \(name)" }
    }

    private static func origin(_ namespace: String?) -> RequestOrigin {
        var origin = RequestOrigin(source: "command-line")
        origin.namespace = namespace
        return origin
    }
}

/// A request of `check` with what came of it.
struct CheckedRequest: Sendable {
    let item: CheckRequest
    let decision: Decision
    let answer: Answer
}
