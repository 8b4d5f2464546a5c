/// What a document may cost at most. Whoever reads a document from outside picks limits that fit its kind.
public struct JSONLimits: Sendable {
    /// Length of the whole document. At worst, an array of digits, the parsed form takes eight times as much again.
    /// More than 256 MiB means 256 MiB.
    public var maximumBytes: Int
    /// Objects and arrays within each other; the outermost is level 1.
    public var maximumDepth: Int
    /// Length of one number as it is written. No identifier, size or time that Dockgate reads has more than 20.
    public var maximumNumberBytes: Int
    /// Length of one string or key as it is written, between its quotes.
    public var maximumStringBytes: Int

    /// The defaults suit an AdmissionReview: the API server sends old and new object of at most 3 MiB each.
    public init(
        maximumBytes: Int = 8 << 20,
        maximumDepth: Int = 64,
        maximumNumberBytes: Int = 64,
        maximumStringBytes: Int = 1 << 20
    ) {
        self.maximumBytes = maximumBytes
        self.maximumDepth = maximumDepth
        self.maximumNumberBytes = maximumNumberBytes
        self.maximumStringBytes = maximumStringBytes
    }
}
