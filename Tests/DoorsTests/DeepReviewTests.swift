import Foundation
import StrictJSON
import Synchronization
import Testing

@testable import Doors

@Suite("Reviews that are nested deeply")
struct DeepReviewTests {
    @Test("T06: the deepest object that is read, and the deepest that is refused, fit on a stack of 512 KiB")
    func smallStack() throws {
        // Of an unknown kind, which is searched to its last level; the review itself has three levels.
        let levels = JSONLimits().maximumDepth - 4
        let nested =
            String(repeating: #"{"a":["#, count: levels / 2) + #"{"containers":[{"image":"evil"}]}"#
            + String(repeating: "]}", count: levels / 2)
        var review = ReviewText.with("kind", #"{"group":"x.example","version":"v1","kind":"X"}"#)
        review.set("object", #"{"apiVersion":"x.example/v1","kind":"X","spec":\#(nested)}"#)
        // One level less in the object, since the containers take two.
        var shallower = review
        shallower.set("object", #"{"apiVersion":"x.example/v1","kind":"X","spec":\#(nested.dropFirst(6).dropLast(2))}"#)
        var deeper = review
        deeper.set("object", String(repeating: #"{"a":["#, count: 50_000))
        let bodies = [shallower.bytes, review.bytes, deeper.bytes]
        let results = Mutex<[Int?]>([])
        let done = DispatchSemaphore(value: 0)
        let thread = Thread {
            for body in bodies {
                let review = try? AdmissionReviewRequest(parsing: body, limits: JSONLimits())
                results.withLock { $0.append(review.flatMap { try? $0.images(placeholders: []).count }) }
            }
            done.signal()
        }
        thread.stackSize = 512 << 10
        thread.start()
        done.wait()
        #expect(results.withLock { $0 } == [1, nil, nil])
    }
}
