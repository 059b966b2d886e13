using Clik2pay.Sidecar.Benchmarks.Steady;
using Clik2pay.Sidecar.Requests.Operations;

namespace Clik2pay.Sidecar.Tests.Requests.Operations;

/// <summary>The operation of a request, and whether patterns allow each path that a server could read.</summary>
public sealed class RequestOperationTests
{
    private const string Requests = "/open/v1/payment-requests";

    [Theory]
    [InlineData("POST", Requests, "Create")]
    [InlineData("POST", Requests + "?a=/b", "Create")]
    [InlineData("GET", Requests + "/pr_1", "Read")]
    [InlineData("HEAD", "/open/v1/anything", "Read")]
    [InlineData("GET", "/open/v1", "Read")]
    [InlineData("POST", Requests + "/pr_1/cancellation", "Cancel")]
    [InlineData("POST", Requests + "/pr%2F1/cancellation", "Cancel")]
    [InlineData("POST", Requests + "/pr_1/refunds?a", "Refund")]
    [InlineData("POST", "/open/v1/payments", "Pay")]
    [InlineData("POST", "/open/v1/Payments", "Other")]
    [InlineData("POST", "/open/v1/payments/", "Other")]
    [InlineData("POST", "/open/v1/payment%73", "Other")]
    [InlineData("POST", "/open/v1//payments", "Other")]
    [InlineData("POST", Requests + "/pr_1", "Other")]
    [InlineData("POST", Requests + "//refunds", "Other")]
    [InlineData("POST", Requests + "/pr_1/refunds/1", "Other")]
    [InlineData("PUT", Requests, "Other")]
    [InlineData("DELETE", Requests + "/pr_1", "Other")]
    [InlineData("GET", "/open/v2/payments", "Other")]
    [InlineData("GET", "/open/v1x", "Other")]
    public void A_request_is_classified_by_its_method_and_its_path_as_written(string method, string target, string operation) =>
        Assert.Equal(operation, $"{RequestOperation.Classify(method, target)}");

    [Theory]
    [InlineData("create", "POST", Requests)]
    [InlineData("create", "POST", Requests + "?a=%2F..%3F")]
    [InlineData("read", "GET", "/open/v1/a%2Fb%3Fc%252Fd%23")]
    [InlineData("read", "HEAD", "/open/v1/%C3%A9")]
    [InlineData("cancel;refund", "POST", Requests + "/pr_1/refunds")]
    [InlineData("cancel", "POST", Requests + "/pr%201/cancellation")]
    [InlineData("cancel", "POST", Requests + "/100%25/cancellation")]
    [InlineData("cancel", "POST", Requests + "/a;b/cancellation")]

    // A pattern allows the path as written, and another one allows the decoded path.
    [InlineData("POST /a/*;POST /a/*/b", "POST", "/a/1%2Fb")]
    [InlineData("* /a/**", "DELETE", "/a/1%3F%23%255Cb")]
    public void A_request_is_allowed_if_patterns_allow_each_reading_of_its_path(string allowed, string method, string target) =>
        Assert.True(RequestOperation.IsAllowed(Parse(allowed), method, target));

    [Theory]
    [InlineData("", "GET", "/open/v1/a")]
    [InlineData("create", "GET", Requests)]
    [InlineData("create", "PUT", Requests)]
    [InlineData("create;read", "POST", Requests + "/pr_1/refunds")]
    [InlineData("create;cancel", "POST", "/open/v1/payments")]
    [InlineData("create", "POST", Requests + "/")]
    [InlineData("create", "POST", Requests + ";a")]
    [InlineData("create", "POST", "/open/v1/Payment-Requests")]
    [InlineData("create", "POST", "/open/v1/payment%2Drequests")]
    [InlineData("create", "POST", Requests + "%3Fa")]
    [InlineData("create", "POST", Requests + "%2F")]
    [InlineData("cancel", "POST", Requests + "/pr_1%2Frefunds%3F/cancellation")]
    [InlineData("cancel", "POST", Requests + "/pr_1%2frefunds%23/cancellation")]
    [InlineData("cancel", "POST", Requests + "/pr_1%252Frefunds/cancellation")]
    [InlineData("cancel", "POST", Requests + "/pr_1%255Crefunds%253F/cancellation")]
    [InlineData("cancel", "POST", Requests + "/pr_1%25%32%46refunds/cancellation")]
    [InlineData("cancel", "POST", Requests + "/pr_1%3F/cancellation")]
    [InlineData("cancel", "POST", Requests + "/pr_1/cancellatio%6E")]
    [InlineData("cancel", "POST", Requests + "/%3Ba/cancellation")]

    // The path as written and its decodings are allowed, but not the path before the encoded end.
    [InlineData("POST /a/*;POST /a/*/*/c", "POST", "/a/1%2Frefunds%3F%2Fc")]
    [InlineData("POST /a/*;POST /a/*/*/c", "POST", "/a/1%2Frefunds%23%2Fc")]

    // A server that cuts the path between two decodings reads /a/1?/refunds.
    [InlineData("POST /a/*;POST /a/*/*/c", "POST", "/a/1%253F%252Frefunds%3F%2Fc")]
    public void A_request_is_not_allowed_if_a_reading_of_its_path_is_not_allowed(string allowed, string method, string target) =>
        Assert.False(RequestOperation.IsAllowed(Parse(allowed), method, target));

    [Fact]
    public void A_path_without_escapes_is_classified_and_allowed_without_allocations()
    {
        var allowed = Parse("create;read;POST /open/v1/*/*/refunds");

        Assert.Equal(0, Allocation.Measure(() =>
        {
            _ = RequestOperation.Classify("POST", Requests + "/pr_1/refunds?a=%2F");
            _ = RequestOperation.IsAllowed(allowed, "POST", Requests + "/pr_1/refunds?a=%2F");
            _ = RequestOperation.IsAllowed(allowed, "DELETE", Requests);
        }));
    }

    private static List<OperationPattern> Parse(string patterns) =>
        [.. patterns.Split(';', StringSplitOptions.RemoveEmptyEntries).Select(text => OperationPattern.TryParse(text)!)];
}
