import OCI
public import Trust

extension Selector {
    static let imageField = Field("images", .list(.text("a pattern")), "patterns over normalised references")
    static let namespacesField = Field(
        "namespaces",
        .object(
            ObjectType(
                [
                    Field(
                        "names", .list(.text("a namespace name")),
                        "namespace names; `*` stands for any run of characters"),
                    Field(
                        "labels", .dictionary(key: "the key of a label", value: "the value of a label"),
                        "labels of the namespace, compared exactly; it has all of them"),
                ],
                atLeastOneOf: [["names", "labels"]])),
        "the namespace of the request")

    /// The fields of `match` and of each entry of `exclude`.
    public static let fields = ObjectType([
        imageField,
        Field("digests", .list(.text("a digest")), "exact digests; a tag is resolved first"),
        namespacesField,
        Field(
            "containers", .list(.word(ContainerKind.allCases.map(\.rawValue))), "where in a workload the image stands"),
        Field(
            "sources", .list(.word(RequestSource.allCases.map(\.rawValue))), "the door through which the request came"),
    ])

    /// Builds a selector from fields of that shape; reports each pattern or digest that cannot be read.
    public init(_ fields: FieldValue) throws(FieldProblems) {
        var problems: [FieldProblem] = []
        let images = ImagePattern.patterns(fields["images"], &problems)
        var digests: [Digest] = []
        for element in fields["digests"]?.elements ?? [] {
            do {
                digests.append(try Digest(parsing: element.text ?? ""))
            } catch {
                problems.append(FieldProblem(error.description, at: element.position))
            }
        }
        var namespaces: [NamePattern] = []
        for element in fields["namespaces"]?["names"]?.elements ?? [] {
            do {
                namespaces.append(try NamePattern(element.text ?? ""))
            } catch {
                problems.append(FieldProblem(error.description, at: element.position))
            }
        }
        var labels: [NamespaceLabel] = []
        for (key, value) in fields["namespaces"]?["labels"]?.entries ?? [] {
            do {
                labels.append(try NamespaceLabel(key: key.text ?? "", value: value.text ?? ""))
            } catch {
                let isKey = NamespaceLabel.isKey(key.text ?? "")
                problems.append(FieldProblem(error.description, at: isKey ? value.position : key.position))
            }
        }
        let containers = (fields["containers"]?.elements ?? []).compactMap { $0.text.flatMap(ContainerKind.init) }
        let sources = (fields["sources"]?.elements ?? []).compactMap { $0.text.flatMap(RequestSource.init) }
        if let problems = FieldProblems(problems) { throw problems }
        self.init(
            images: images, digests: digests, namespaces: namespaces, namespaceLabels: labels, containers: containers,
            sources: sources)
    }
}

extension Selector {
    /// Whether no selector is given at all.
    var isEverything: Bool {
        images.isEmpty && digests.isEmpty && namespaces.isEmpty && namespaceLabels.isEmpty && containers.isEmpty
            && sources.isEmpty
    }
}

extension ImagePattern {
    /// Reads a list of patterns, adding a problem for each that cannot be read.
    static func patterns(_ list: FieldValue?, _ problems: inout [FieldProblem]) -> [ImagePattern] {
        var patterns: [ImagePattern] = []
        for element in list?.elements ?? [] {
            do {
                patterns.append(try ImagePattern(element.text ?? ""))
            } catch {
                problems.append(FieldProblem(error.description, at: element.position))
            }
        }
        return patterns
    }
}

extension [ImagePattern] {
    /// The keys of the namespace labels whose values stand in them.
    var namespaceLabelKeys: [String] {
        flatMap(\.variables).compactMap { if case .namespaceLabel(let key) = $0 { key } else { nil } }
    }
}
