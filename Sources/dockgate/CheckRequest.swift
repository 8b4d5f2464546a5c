import Admission
import Doors
import PolicyEngine

/// What `check` asks the gate, and where in which file each image was written.
struct CheckRequest: Sendable {
    let request: AdmissionRequest
    /// Where each image is written; empty for images named on the command line.
    let places: [Place]

    init(images: [String], namespace: String?, source: RequestSource, deadline: ContinuousClock.Instant) {
        request = AdmissionRequest(
            facts: RequestFacts(source: source, namespace: namespace.map(Fact.known) ?? .absent),
            images: images.map { RequestedImage(text: $0, kind: .main, path: "argument", container: nil) },
            origin: CheckRequest.origin(namespace), deadline: deadline)
        places = []
    }

    init(_ workload: Workload, namespace: String?, source: RequestSource, deadline: ContinuousClock.Instant) {
        let namespace = workload.namespace ?? namespace
        var origin = CheckRequest.origin(namespace)
        origin.kind = workload.kind
        origin.name = workload.name
        request = AdmissionRequest(
            facts: RequestFacts(source: source, namespace: namespace.map(Fact.known) ?? .absent),
            images: workload.images.map {
                RequestedImage(text: $0.text, kind: $0.kind, path: $0.path, container: $0.container)
            },
            origin: origin, deadline: deadline)
        places = workload.places
    }

    /// What names the images, if that has a kind: `Deployment prod-shop/web`.
    var object: String? {
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
