using System.Text;
using Clik2pay.Sidecar.Tests.Support;
using Clik2pay.Sidecar.Tests.Support.Wire;
using static Clik2pay.Sidecar.Tests.Requests.DuplicatePayments.DuplicatePaymentRig;

namespace Clik2pay.Sidecar.Tests.Requests.DuplicatePayments;

/// <summary>Creates and payments without a valid merchantTransactionId, if Sidecar:RequireMerchantTransactionId is true.</summary>
public sealed class DuplicatePaymentGuardTests(DuplicatePaymentRig rig) : IClassFixture<DuplicatePaymentRig>
{
    private const string Valid = """{"amount":1.50,"merchantTransactionId":"order-1001"}""";

    [Theory]
    [InlineData("/open/v1/payment-requests")]
    [InlineData("/open/v1/payments")]
    [InlineData("/open/v1/payments?merchantTransactionId=order-1001")]

    // Paths that a lenient server reads as a create or a payment.
    [InlineData("/open/v1/Payment-Requests")]
    [InlineData("/OPEN/V1/PAYMENTS")]
    [InlineData("/open/v1/payments/")]
    [InlineData("/open/v1//payments")]
    [InlineData("/open/v1/payments;x")]
    [InlineData("/open/v1/payments;x=1/")]
    [InlineData("/open;a/v1;b/payments")]
    [InlineData("/open/v1/;/payments")]
    [InlineData("/open/v1/payments.json")]
    [InlineData("/open/v1/payments%20")]
    [InlineData("/open/v1/payments%3Bx")]
    [InlineData("/open/v1/payments%2F")]
    [InlineData("/open/v1/payments%252F")]
    [InlineData("/open/v1/payments%255C")]
    [InlineData("/open/v1/payments%3Fx")]
    [InlineData("/open/v1/payments%23x")]
    [InlineData("/open/v1/payments%253Fx/y")]
    [InlineData("/open/v1/%70ayments")]
    [InlineData("/open/v1/%2570ayment-requests")]
    [InlineData("/open/v1/payment%2Drequests")]
    [InlineData("/open/v1/%2Fpayments")]
    [InlineData("//open/v1/payments")]
    [InlineData("/op%65n%2Fv1%252Fpayments")]
    public async Task A_POST_that_may_be_a_payment_without_an_id_is_refused_and_with_an_id_forwarded_byte_for_byte(string target)
    {
        var response = await rig.AssertRefusedAsync(Post("""{"amount":1.50}""", target));

        Assert.Contains(
            "Add merchantTransactionId with 6 to 32 characters to the JSON object, once and as a string, so that you can find out whether "
            + "a timed-out payment happened.",
            response.Text,
            StringComparison.Ordinal);
        await rig.AssertForwardedAsync(Post(Valid, target), Valid);
        Assert.Equal(target, rig.Upstream.Received.Last().Target);
    }

    [Theory]
    [InlineData("POST", "/open/v1/payment-requests/pr_1/cancellation")]
    [InlineData("POST", "/open/v1/payment-requests/pr_1/refunds")]
    [InlineData("POST", "/open/v1/payment-requests-2")]
    [InlineData("POST", "/open/v1/a?/open/v1/payments")]
    [InlineData("PUT", "/open/v1/payments")]
    [InlineData("PATCH", "/open/v1/payment-requests")]
    public async Task Other_requests_are_forwarded_without_an_id(string method, string target) =>
        await rig.AssertForwardedAsync(Post("not JSON", target, method: method), "not JSON");

    [Theory]
    [InlineData("GET")]
    [InlineData("HEAD")]
    public async Task Reads_need_no_body(string method)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), "/open/v1/payment-requests");

        Assert.Equal(200, (int)(await rig.Sidecar.Caller.SendAsync(request)).StatusCode);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{}")]
    [InlineData("""{"merchantTransactionId":"order-1001","merchantTransaction\u0049d":null}""")]
    [InlineData("""{"merchantTransactionId":"order-1001"}{}""")]
    public async Task An_invalid_body_is_refused_with_and_without_chunks(string body)
    {
        await rig.AssertRefusedAsync(Post(body));
        await rig.AssertRefusedAsync(PostInChunks(body));
    }

    [Fact]
    public async Task A_POST_without_a_body_is_refused() => await rig.AssertRefusedAsync(Post("", headers: ""));

    [Theory]
    [InlineData(" {\"merchantTransactionId\" : \"order-1001\",\r\n\t\"amount\":1.50 } \r\n")]
    [InlineData("\u00ef\u00bb\u00bf{\"merchantTransactionId\":\"order-1001\"}")]
    [InlineData("{\"merchantTransaction\\u0049d\":\"\u00c3\u00a9\u00c3\u00a9\u00c3\u00a9\u00c3\u00a9\u00c3\u00a9\u00c3\u00a9\"}")]
    public async Task A_valid_body_is_forwarded_byte_for_byte_with_and_without_chunks(string body)
    {
        await rig.AssertForwardedAsync(Post(body), body);
        await rig.AssertForwardedAsync(PostInChunks(body), body);
    }

    [Theory]
    [InlineData("Content-Encoding: gzip")]
    [InlineData("Content-Encoding: identity")]
    [InlineData("Content-Type: application/json; charset=utf-7")]
    [InlineData("Content-Type: application/json; charset=\"GBK\"")]
    [InlineData("Content-Type: application/json; Charset = utf-16")]
    [InlineData("Content-Type: application/json; charset=utf-8; charset=utf-7")]
    [InlineData("Content-Type: application/json; charset=utf-8x")]
    [InlineData("Content-Type: application/json; charset*=utf-8''utf-7")]
    [InlineData("Content-Type: application/json\r\nContent-Type: application/json;charset=utf-7")]
    public async Task A_body_that_the_sidecar_cannot_read_is_refused(string header)
    {
        var response = await rig.AssertRefusedAsync(Post(Valid, headers: header + "\r\n"));

        Assert.Contains("so the sidecar cannot check it", response.Text, StringComparison.Ordinal);
        Assert.Contains("Send the JSON in UTF-8, without compression.", response.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Content-Type: application/json; charset=utf-8")]
    [InlineData("Content-Type: application/json;charset=\"UTF-8\"; a=b")]
    [InlineData("Content-Type: application/json; charset=utf8")]
    [InlineData("Content-Type: application/x-www-form-urlencoded")]
    [InlineData("Accept: application/json")]
    public async Task A_body_in_UTF_8_is_accepted_with_any_media_type(string header) =>
        await rig.AssertForwardedAsync(Post(Valid, headers: header + "\r\n"), Valid);

    [Theory]
    [InlineData("PUT", "/open/v1/other", "X-HTTP-Method-Override: POST")]
    [InlineData("POST", "/open/v1/other", "x_original_url: /open/v1/payments")]
    [InlineData("PUT", "/open/v1/payments?_method=POST", "Accept: */*")]
    [InlineData("PUT", "/open/v1/payments?%5Fmethod=POST", "Accept: */*")]
    public async Task A_request_that_can_become_a_payment_at_the_provider_is_refused(string method, string target, string header)
    {
        var response = await rig.AssertRefusedAsync(Post(Valid, target, header + "\r\n", method));

        Assert.Contains("a header or query parameter that can change the method or the path", response.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("x_original_url", response.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_body_of_64_KiB_is_checked_and_a_larger_body_is_refused()
    {
        const int limit = 64 * 1024;
        await rig.AssertForwardedAsync(Post(Valid.PadRight(limit)), Valid.PadRight(limit));

        foreach (var request in new[] { Post(Valid.PadRight(limit + 1)), PostInChunks(Valid.PadRight(limit + 1)) })
        {
            var response = await rig.AssertRefusedAsync(request);
            Assert.Contains("larger than 64 KiB, so the sidecar cannot check it", response.Text, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task The_response_contains_nothing_that_the_caller_sent()
    {
        var response = await rig.AssertRefusedAsync(
            Post("""{"merchantTransactionId":"4K7","canary-name":"canary-value"}""", "/open/v1/payments;canary", "X-Canary: canary\r\n"));

        Assert.DoesNotContain("canary", response.Text, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("4K7", response.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task By_default_a_payment_without_an_id_is_forwarded()
    {
        await using var upstream = new WireUpstream();
        await using var sidecar = await TestSidecar.StartAsync(upstream);

        var response = await sidecar.Caller.PostAsync("/open/v1/payments", new ByteArrayContent(Encoding.UTF8.GetBytes("{}")));

        Assert.Equal(200, (int)response.StatusCode);
        Assert.Equal("{}", Assert.Single(upstream.Received).Text);
    }

    [Fact]
    public async Task An_accepted_payment_is_sent_again_unchanged_after_a_401()
    {
        await using var sidecar = await TestSidecar.StartAsync([("Sidecar:RequireMerchantTransactionId", "true")]);
        sidecar.Upstream.Respond = context =>
        {
            context.Response.StatusCode = context.Request.Headers.Authorization == "Bearer access_token_1" ? 401 : 201;
            return Task.CompletedTask;
        };

        var response = await sidecar.Caller.PostAsync("/open/v1/payments", new StringContent(Valid, Encoding.UTF8, "application/json"));

        Assert.Equal(201, (int)response.StatusCode);
        Assert.Equal([Valid, Valid], sidecar.Upstream.Received.Select(request => Encoding.UTF8.GetString(request.Body)));
    }
}
