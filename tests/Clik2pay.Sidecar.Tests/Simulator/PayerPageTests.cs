using System.Net;
using System.Text.Json;

namespace Clik2pay.Sidecar.Tests.Simulator;

/// <summary>The page behind a payment link and the control API, as another site or a broken client calls them.</summary>
public sealed class PayerPageTests : SimulatorTest
{
    [Theory]
    [InlineData("Sec-Fetch-Site", "cross-site")]
    [InlineData("Sec-Fetch-Site", "same-site")]
    [InlineData("Origin", "http://other.example")]
    [InlineData("Origin", "null")]
    public async Task A_page_of_another_site_cannot_pay_or_change_the_simulator(string header, string value)
    {
        var created = await CreatePaymentRequestAsync(await GetTokenAsync());
        Http.DefaultRequestHeaders.Add(header, value);

        // Routing ignores the case of a path.
        foreach (var path in new[] { LinkOf(created) + "/pay", "/_simulator/revoke-tokens", "/_SIMULATOR/revoke-tokens" })
            Assert.Equal(HttpStatusCode.Forbidden, (await Http.PostAsync(path, null)).StatusCode);

        Assert.Equal(HttpStatusCode.Forbidden, (await Http.DeleteAsync("/_simulator/faults")).StatusCode);
        Http.DefaultRequestHeaders.Remove(header);
        Assert.Equal("CREATED", (await ReadAsync(await GetTokenAsync(), created)).GetProperty("status").GetString());
    }

    [Fact]
    public async Task The_page_itself_can_pay_behind_a_proxy_that_changes_scheme_and_host()
    {
        var created = await CreatePaymentRequestAsync(await GetTokenAsync());
        Http.DefaultRequestHeaders.Add("Sec-Fetch-Site", "same-origin");
        Http.DefaultRequestHeaders.Add("Origin", "https://shop.example");

        Assert.Equal(HttpStatusCode.Redirect, (await Http.PostAsync(LinkOf(created) + "/pay", null)).StatusCode);
    }

    [Theory]
    [InlineData("multipart/form-data", "x")]
    [InlineData("multipart/form-data; boundary=b", "x")]
    [InlineData("application/x-www-form-urlencoded; charset=utf-7", "amount=5")]
    public async Task A_form_that_is_not_valid_gets_400_and_pays_nothing(string type, string body)
    {
        var token = await GetTokenAsync();
        var created = await CreatePaymentRequestAsync(token);

        foreach (var path in new[] { LinkOf(created) + "/pay", "/oauth2/token" })
        {
            using var content = new ByteArrayContent(System.Text.Encoding.UTF8.GetBytes(body));
            content.Headers.TryAddWithoutValidation("Content-Type", type);
            Assert.Equal(HttpStatusCode.BadRequest, (await Http.PostAsync(path, content)).StatusCode);
        }

        Assert.Equal("CREATED", (await ReadAsync(token, created)).GetProperty("status").GetString());
    }

    [Fact]
    public async Task A_form_with_too_many_fields_gets_400()
    {
        var created = await CreatePaymentRequestAsync(await GetTokenAsync());
        var fields = Enumerable.Range(0, 2000).ToDictionary(i => $"f{i}", _ => "x", StringComparer.Ordinal);

        var response = await Http.PostAsync(LinkOf(created) + "/pay", new FormUrlEncodedContent(fields));

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
    }

    [Theory]
    [InlineData("pay", """{"amount":999}""", 409)]
    [InlineData("pay", """{"amuont":12.5}""", 400)]
    [InlineData("pay", """{"amount":12.5,"other":1}""", 400)]
    [InlineData("fail", """{"amount":12.5}""", 400)]
    [InlineData("pay", "[]", 400)]
    [InlineData("pay", """{"amount":12.5}""", 200)]
    [InlineData("pay", "{}", 200)]
    public async Task The_control_API_accepts_only_the_amount_of_the_payment_request(string action, string body, int status)
    {
        var created = await CreatePaymentRequestAsync(await GetTokenAsync());

        await ControlAsync(created, action, (HttpStatusCode)status, new StringContent(body));
    }

    [Fact]
    public async Task An_unknown_path_of_the_control_API_gets_404_without_credentials() =>
        Assert.Equal(HttpStatusCode.NotFound, (await Http.PostAsync("/_simulator/payment-request/1/pay", null)).StatusCode);

    private static string LinkOf(JsonElement created) => new Uri(created.GetProperty("paymentLink").GetString()!).AbsolutePath;
}
