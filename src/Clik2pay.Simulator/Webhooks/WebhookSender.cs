using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using Clik2pay.Simulator.Options;
using Microsoft.Extensions.Hosting;

namespace Clik2pay.Simulator.Webhooks;

/// <summary>Sends webhooks, one after another, with Basic credentials.</summary>
internal sealed class WebhookSender(WebhookQueue queue, WebhookTarget target, TimeProvider time) : BackgroundService
{
    private static readonly TimeSpan AttemptTimeout = TimeSpan.FromSeconds(10);

    private readonly AuthenticationHeaderValue credentials =
        new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{target.User}:{target.Password}")));

    // A redirect or a proxy from the environment could send the credentials to another server.
    private readonly HttpClient http = new(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false, UseCookies = false })
    {
        Timeout = Timeout.InfiniteTimeSpan,
    };

    public override void Dispose()
    {
        http.Dispose();
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            var delivery = await queue.TakeAsync(stoppingToken);
            var (outcome, isSuccess) = await SendAsync(delivery, stoppingToken);
            queue.Complete(delivery, outcome, isSuccess);
        }
    }

    private async Task<(string Outcome, bool IsSuccess)> SendAsync(Delivery delivery, CancellationToken stoppingToken)
    {
        using var ends = new CancellationTokenSource(AttemptTimeout, time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(ends.Token, stoppingToken);
        using var request = new HttpRequestMessage(HttpMethod.Post, target.Url)
        {
            Content = new ByteArrayContent(delivery.Body) { Headers = { ContentType = new("application/json") } },
        };
        request.Headers.Authorization = credentials;
        try
        {
            using var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, both.Token);
            return (((int)response.StatusCode).ToString(CultureInfo.InvariantCulture), response.IsSuccessStatusCode);
        }
        catch (HttpRequestException e)
        {
            // The message of the outer exception does not name the cause of a TLS error.
            return (e.InnerException is { Message: var cause } && cause != e.Message ? $"{e.Message} {cause}" : e.Message, false);
        }
        catch (OperationCanceledException) when (!stoppingToken.IsCancellationRequested)
        {
            return ("no response within 10 s", false);
        }
    }
}
