import StrictJSON

/// Where the kinds that Kubernetes itself runs keep their pod spec. The API server decodes and prunes these objects, so
/// nothing outside of that place can hold an image.
struct WorkloadKind: Sendable {
    /// The API group; empty for the core group. The version does not matter: all served ones agree on the place.
    let group: StaticString
    let kind: StaticString
    /// The members that lead to the object with the container lists.
    let podSpec: [StaticString]
    let placement: FoundImage.Placement
    /// Whether that object must exist and list containers.
    let needsContainers: Bool

    private init(
        _ group: StaticString, _ kind: StaticString, _ podSpec: [StaticString],
        _ placement: FoundImage.Placement = .template,
        needsContainers: Bool = true
    ) {
        self.group = group
        self.kind = kind
        self.podSpec = podSpec
        self.placement = placement
        self.needsContainers = needsContainers
    }

    /// Pods first: they are most of what the gate is asked about.
    private static let all = [
        WorkloadKind("", "Pod", ["spec"], .pod),
        WorkloadKind("apps", "ReplicaSet", ["spec", "template", "spec"]),
        WorkloadKind("apps", "Deployment", ["spec", "template", "spec"]),
        WorkloadKind("apps", "StatefulSet", ["spec", "template", "spec"]),
        WorkloadKind("apps", "DaemonSet", ["spec", "template", "spec"]),
        WorkloadKind("batch", "Job", ["spec", "template", "spec"]),
        WorkloadKind("batch", "CronJob", ["spec", "jobTemplate", "spec", "template", "spec"]),
        WorkloadKind("", "ReplicationController", ["spec", "template", "spec"]),
        WorkloadKind("", "PodTemplate", ["template", "spec"]),
        // Kubernetes before 1.22 sends `kubectl debug` as this kind: the list stands at the top, there is no spec.
        WorkloadKind("", "EphemeralContainers", [], .pod, needsContainers: false),
        // The group that Deployments, DaemonSets and ReplicaSets came from; `dockgate check` still meets it in files.
        WorkloadKind("extensions", "Deployment", ["spec", "template", "spec"]),
        WorkloadKind("extensions", "DaemonSet", ["spec", "template", "spec"]),
        WorkloadKind("extensions", "ReplicaSet", ["spec", "template", "spec"]),
    ]

    /// The kind that the object says it is, or nil if Kubernetes itself does not run such objects.
    static func of(_ object: JSONValue) -> WorkloadKind? {
        guard let kind = object["kind"], let version = object["apiVersion"]?.string else { return nil }
        let group = group(of: version)
        return all.first { kind.isString($0.kind) && group.isExactly($0.group) }
    }

    /// What stands before the slash of `apps/v1`; nothing for `v1`.
    static func group(of apiVersion: String) -> Substring.UTF8View {
        let end = apiVersion.utf8.lastIndex(of: UInt8(ascii: "/")) ?? apiVersion.startIndex
        return apiVersion[..<end].utf8
    }
}

extension Collection<UInt8> {
    /// Whether these are the bytes of `text`.
    func isExactly(_ text: StaticString) -> Bool {
        text.withUTF8Buffer { count == $0.count && elementsEqual($0) }
    }
}
