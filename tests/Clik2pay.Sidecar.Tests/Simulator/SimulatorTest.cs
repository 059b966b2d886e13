using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Clik2pay.Simulator;
using Clik2pay.Simulator.Options;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Time.Testing;

namespace Clik2pay.Sidecar.Tests.Simulator;

/// <summary>Runs a simulator of the sandbox, and sends requests to it.</summary>
public abstract class SimulatorTest : IAsyncLifetime
{
    private protected const string PaymentRequest =
        """{"amount":12.5,"type":"ECOMM","payer":{"name":"A. Payer","email":"a@example.com"}}""";

    private WebApplication app = null!;

    private protected FakeTimeProvider Time { get; } = new(DateTimeOffset.UnixEpoch.AddYears(60));

    private protected HttpClient Http { get; private set; } = null!;

    private protected virtual SimulatorOptions Options => new() { Url = "http://127.0.0.1:0" };

    public virtual async ValueTask InitializeAsync()
    {
        app = SimulatorApp.Create(Options, Time);
        await app.StartAsync();
        Http = new(new SocketsHttpHandler { AllowAutoRedirect = false }) { BaseAddress = new(app.Urls.First()) };
    }

    public virtual async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await app.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    private protected static HttpRequestMessage CreateRequest(
        HttpMethod method, string path, string token, string? apiKey = "sandbox-api-key")
    {
        var request = new HttpRequestMessage(method, path) { Headers = { Authorization = new("Bearer", token) } };
        if (apiKey is not null)
            request.Headers.Add("x-api-key", apiKey);
        return request;
    }

    private protected async Task SetFaultsAsync(string faults)
    {
        var response = await Http.PutAsync("/_simulator/faults", new StringContent(faults));
        response.EnsureSuccessStatusCode();
    }

    private protected Task<JsonElement> GetCountersAsync() => Http.GetFromJsonAsync<JsonElement>("/_simulator/counters");

    private protected async Task<HttpResponseMessage> PostTokenAsync(
        string credentials = "sandbox-username:sandbox-password",
        string form = "grant_type=client_credentials&scope=payment_request/all")
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/oauth2/token")
        {
            Headers = { Authorization = new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes(credentials))) },
            Content = new StringContent(form, Encoding.UTF8, "application/x-www-form-urlencoded"),
        };
        return await Http.SendAsync(request);
    }

    private protected async Task<JsonElement> RequestTokenAsync()
    {
        var response = await PostTokenAsync();
        return await response.EnsureSuccessStatusCode().Content.ReadFromJsonAsync<JsonElement>();
    }

    private protected async Task<string> GetTokenAsync() => (await RequestTokenAsync()).GetProperty("access_token").GetString()!;

    /// <summary>Creates a payment request.</summary>
    /// <returns>The status of the response: 201 if the payment request was created.</returns>
    private protected async Task<HttpStatusCode> CallAsync(
        string token, string body = PaymentRequest, string path = "/open/v1/payment-requests")
    {
        using var request = CreateRequest(HttpMethod.Post, path, token);
        request.Content = new StringContent(body, Encoding.UTF8, "application/json");

        // Without this header, the client would fail to write a body that the simulator refuses without reading it.
        request.Headers.ExpectContinue = true;
        return (await Http.SendAsync(request)).StatusCode;
    }

    private protected async Task<JsonElement> SendAsync(string token, HttpMethod method, string path, string? body, HttpStatusCode expected)
    {
        using var request = CreateRequest(method, path, token);
        if (body is not null)
            request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        var response = await Http.SendAsync(request);
        Assert.Equal(expected, response.StatusCode);
        return await response.Content.ReadFromJsonAsync<JsonElement>();
    }

    private protected Task<JsonElement> CreatePaymentRequestAsync(string token) =>
        SendAsync(token, HttpMethod.Post, "/open/v1/payment-requests", PaymentRequest, HttpStatusCode.Created);

    private protected Task<JsonElement> ReadAsync(string token, JsonElement paymentRequest) =>
        SendAsync(token, HttpMethod.Get, PathOf(paymentRequest), null, HttpStatusCode.OK);

    /// <summary>Acts for the payer or the bank.</summary>
    private protected async Task<JsonElement> ControlAsync(
        JsonElement paymentRequest, string action, HttpStatusCode expected, HttpContent? body = null)
    {
        var path = PathOf(paymentRequest).Replace("/open/v1", "/_simulator", StringComparison.Ordinal);
        var response = await Http.PostAsync($"{path}/{action}", body);
        Assert.Equal(expected, response.StatusCode);
        return await response.Content.ReadFromJsonAsync<JsonElement>();
    }

    private protected static string PathOf(JsonElement paymentRequest) =>
        $"/open/v1/payment-requests/{paymentRequest.GetProperty("id").GetString()}";
}
