public import Timestamp
public import Trust

/// Namespaces, or images in them, that the gate does not judge at all: system namespaces, its own.
///
/// It applies only where the namespace is known, and for images by a pattern with a variable where its value is.
/// `reviewBy` is a reminder: an exemption that is past it warns at load and goes on.
public struct Exemption: Sendable {
    public let name: String
    /// Why its images are not judged, in the words of whoever wrote it.
    public let reason: String
    /// Who answers for it.
    public let owner: String
    public let reviewBy: Instant
    /// Exact names.
    public let namespaces: [String]
    /// Only these images in them; all if there are none.
    public let images: [ImagePattern]

    public init(
        name: String, namespaces: [String], images: [ImagePattern] = [], reason: String, owner: String,
        reviewBy: Instant
    ) {
        self.name = name
        self.namespaces = namespaces
        self.images = images
        self.reason = reason
        self.owner = owner
        self.reviewBy = reviewBy
    }

    func applies(to image: ImageUnderJudgement) -> Bool {
        guard case .known(let namespace) = image.facts.namespace,
            namespaces.contains(where: { $0.utf8.elementsEqual(namespace.utf8) })
        else { return false }
        guard !images.isEmpty else { return true }
        return images.contains { pattern in
            if case .matches = pattern.match(image.subject) { true } else { false }
        }
    }
}

extension Exemption {
    /// The type of `spec`.
    public static let specification = ObjectType([
        Field("namespaces", .list(.text("a namespace name")), required: true, "exact names of namespaces"),
        Field("images", .list(.text("a pattern")), "only these images in them; all if absent"),
        Field("because", .text("a reason"), required: true, "why they are not judged"),
        Field("owner", .text("an owner"), required: true, "who answers for it"),
        Field("reviewBy", .date, required: true, "when somebody looks at it again"),
    ])

    public init(name: String, specification: FieldValue) throws(FieldProblems) {
        var problems: [FieldProblem] = []
        let namespaces = NamePattern.exactNames(specification["namespaces"], of: "an Exemption", &problems)
        let images = ImagePattern.patterns(specification["images"], &problems)
        if let problems = FieldProblems(problems) { throw problems }
        self.init(
            name: name, namespaces: namespaces.map(\.text), images: images,
            reason: specification["because"]?.text ?? "",
            owner: specification["owner"]?.text ?? "", reviewBy: specification["reviewBy"]?.date ?? .earliest)
    }
}
