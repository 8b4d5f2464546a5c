import StrictJSON

@testable import Doors

/// An AdmissionReview, or a bare object. Each image that is found stands in the object, at the very path that is told;
/// nothing is new in an object that is its own old one; the limits hold.
enum ReviewTarget {
    static func run(_ input: [UInt8]) {
        if let document = try? JSONDocument(parsing: input) { check(object: document.root) }
        let review: AdmissionReviewRequest
        do throws(AdmissionReviewError) {
            review = try AdmissionReviewRequest(parsing: input, limits: JSONLimits())
        } catch {
            switch error {
            case .unreadable(let problem): hold(problem.utf8.count < 16_384, "an error is short")
            case .refused(let uid, let problem):
                hold(
                    !uid.isEmpty && uid.utf8.count <= AdmissionReviewRequest.maximumUIDBytes, "there is a uid to answer"
                )
                hold(problem.utf8.count < 16_384, "an error is short")
            }
            return
        }
        check(review)
    }

    private static func check(_ review: AdmissionReviewRequest) {
        hold(!review.uid.isEmpty, "a review has a uid")
        hold(review.user.groups.count <= AdmissionReviewRequest.maximumGroups, "the limit of groups holds")
        let texts = [review.name, review.namespace, review.subresource, review.kind.kind, review.user.name].compactMap {
            $0
        }
        hold(texts.allSatisfy { $0.utf8.count <= AdmissionReviewRequest.maximumIdentityBytes }, "names are bounded")
        guard let images = try? review.images(placeholders: ["auto"]) else { return }
        if review.operation == .delete || review.operation == .connect { hold(images.isEmpty, "nothing is started") }
        guard let object = review.object else { return hold(images.isEmpty, "images come from the object") }
        for image in images { check(image, in: object) }
    }

    private static func check(object: JSONValue) {
        guard let images = try? WorkloadImages.find(in: object) else { return }
        for image in images { check(image, in: object) }
        hold(images.count <= WorkloadImages.maximumImages, "the limit of images holds")
        let new = try? WorkloadImages.find(in: object, notIn: object)
        hold(new?.isEmpty == true, "nothing is new in what was there before")
    }

    private static func check(_ image: FoundImage, in object: JSONValue) {
        hold(!image.text.isEmpty && image.text.utf8.count <= WorkloadImages.maximumTextBytes, "an image is a text")
        // A key of a custom object that is no plain word is shown, and cannot be followed.
        guard !image.path.contains("[\"") else {
            return hold(object.strings.contains { $0.utf8.elementsEqual(image.text.utf8) }, "it stands in the object")
        }
        let found = object.value(at: image.path)?.string
        hold(found?.utf8.elementsEqual(image.text.utf8) == true, "`\(image.text)` stands at \(image.path)")
    }
}

extension JSONValue {
    /// The value at a path such as `spec.containers[0].image`.
    fileprivate func value(at path: String) -> JSONValue? {
        var value: JSONValue? = self
        for step in path.split(whereSeparator: { $0 == "." || $0 == "[" }) {
            if step.last == "]", let index = Int(step.dropLast()) {
                value = value.flatMap { Array($0.elements).dropFirst(index).first }
            } else {
                value = value?[key: String(step)]
            }
        }
        return value
    }
}
