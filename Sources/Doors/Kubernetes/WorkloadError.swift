/// Why it cannot be said which images an object holds. Each is a refusal: what is not understood is never passed over.
public enum WorkloadError: Error, Hashable, Sendable, CustomStringConvertible {
    /// A member that this kind of object must have.
    case missing(path: String, kind: String)
    case wrongType(path: String, found: String, expected: String)
    /// A container without an image, or with an empty one.
    case noImage(path: String, inTemplate: Bool)
    case imageTooLong(path: String, limit: Int)
    case tooManyImages(limit: Int)
    /// An object of a kind we do not know that has more values than are searched for pod templates.
    case tooManyValues(limit: Int)
    /// The review announces one kind and carries another.
    case otherKind(announced: String, found: String)

    public var description: String {
        switch self {
        case .missing(let path, let kind):
            "`\(path)` is missing, and a \(kind) needs it"
        case .wrongType(let path, let found, let expected):
            "`\(path)` is \(found), expected \(expected)"
        case .noImage(let path, inTemplate: false):
            "`\(path)` is empty or missing, expected an image"
        case .noImage(let path, inTemplate: true):
            """
            `\(path)` is empty or missing, expected an image; if a controller fills it in later, write a word such as \
            `auto` there and list it under `kubernetes.templates.placeholders`
            """
        case .imageTooLong(let path, let limit):
            "`\(path)` is longer than \(limit) bytes, which no image reference is"
        case .tooManyImages(let limit):
            "the object names more than \(limit) images, split it"
        case .tooManyValues(let limit):
            "the object is of an unknown kind and holds more than \(limit) values, too many to search for pod templates"
        case .otherKind(let announced, let found):
            "the review announces a `\(announced)` and carries a `\(found)`"
        }
    }
}
