/// What is known about a request beside the images it names. Facts come from the caller's authenticated envelope, never
/// from anything that the author of a workload can write.
public struct RequestFacts: Sendable {
    public let source: RequestSource
    public let namespace: Fact<String>
    /// Those of the Namespace object, never of the workload.
    public let namespaceLabels: Fact<NamespaceLabels>

    /// - Parameter namespaceLabels: if they are not given, they are absent where there is no namespace, and otherwise
    ///   could not be had.
    public init(source: RequestSource, namespace: Fact<String>, namespaceLabels: Fact<NamespaceLabels>? = nil) {
        self.source = source
        self.namespace = namespace
        let isNowhere = if case .absent = namespace { true } else { false }
        self.namespaceLabels = namespaceLabels ?? (isNowhere ? .absent : .unknown)
    }
}

/// A fact that policies ask for, and that a door may not have.
public enum RequestFact: Hashable, Sendable {
    case namespace, namespaceLabels
}

/// The door through which a request came.
public enum RequestSource: String, CaseIterable, Hashable, Sendable {
    case kubernetes, pipeline
}

/// A fact is known; or it should exist and could not be had; or it does not exist at this door.
public enum Fact<Value: Sendable>: Sendable {
    case known(Value)
    case unknown
    case absent
}

/// Where in a workload an image stands.
public enum ContainerKind: String, CaseIterable, Hashable, Sendable {
    case main
    case initialization = "init"
    case ephemeral
    case volume
}
