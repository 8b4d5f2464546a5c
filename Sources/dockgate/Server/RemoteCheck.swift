import Admission

/// The images of some requests, as a running gate judges them.
struct RemoteCheck: Sendable {
    private let requests: [CheckRequest]
    private let questions: [[ImageQuestion]]

    /// - Throws: `UsageError` if an image is in no namespace.
    init(_ requests: [CheckRequest]) throws(UsageError) {
        self.requests = requests
        var questions: [[ImageQuestion]] = []
        for item in requests {
            var ofItem: [ImageQuestion] = []
            for image in item.request.images { ofItem.append(try ImageQuestion(image, of: item)) }
            questions.append(ofItem)
        }
        self.questions = questions
    }

    /// Each image in each place counts once, however often it is written.
    var distinct: Set<ImageQuestion> { Set(questions.joined()) }

    /// Asks side by side, as far as the client does.
    func run(
        by client: GateClient, deadline: ContinuousClock.Instant, _ line: ProgressLine
    ) async -> [ReportedImage] {
        let answers = await withTaskGroup(of: (ImageQuestion, GateAnswer).self) { group in
            for question in distinct {
                group.addTask {
                    line.begin(question.image)
                    return (question, await client.ask(question, deadline: deadline))
                }
            }
            var answers: [ImageQuestion: GateAnswer] = [:]
            for await (question, answer) in group {
                line.finish(1)
                answers[question] = answer
            }
            return answers
        }
        return zip(requests, questions).flatMap { item, questions in
            zip(item.request.images.indices, questions).map { position, question in
                ReportedImage(
                    item.request.images[position], place: item.places.isEmpty ? nil : item.places[position],
                    object: item.object, answer: answers[question] ?? .none(because: "it was not asked"))
            }
        }
    }
}
