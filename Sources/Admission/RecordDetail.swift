/// How much of a decision its record tells. A line of the log has a bound; a record that would be longer says how much it
/// leaves out, and names the evidence that is the complete one.
struct RecordDetail {
    /// Images whose findings are told; of the others only what was asked for, the verdict, its reason and the digest.
    let imagesInFull: Int
    /// Of each text from outside.
    let textBytes: Int
    /// Who is in more groups is told by the name; the record counts the rest.
    let groups: Int
    /// Of those labels of the namespace that policies ask for.
    let labels: Int
    let isComplete: Bool

    static let complete = RecordDetail(imagesInFull: .max, textBytes: .max, groups: 64, labels: .max, isComplete: true)

    /// What passed is left out of all of them. Each is shorter than the one before, and the last one has room for the 256
    /// images that a request may name.
    static let shortened = [(Int.max, 1_024), (32, 512), (8, 256), (0, 256), (0, 48)].map { imagesInFull, textBytes in
        RecordDetail(imagesInFull: imagesInFull, textBytes: textBytes, groups: 8, labels: 8, isComplete: false)
    }
}
