using System.Net.Http.Headers;

namespace Clik2pay.Sidecar.Benchmarks.Bounds;

/// <summary>The bound <c>invoker</c>: Kestrel and the HTTP client of .NET, without YARP. Only for the benchmarks.</summary>
internal sealed class InvokerForwarder(Uri upstream) : IDisposable
{
    private readonly string origin = upstream.GetLeftPart(UriPartial.Authority);

    private readonly HttpMessageInvoker invoker = new(new SocketsHttpHandler
    {
        UseProxy = false,
        UseCookies = false,
        AllowAutoRedirect = false,
        ActivityHeadersPropagator = null,
    });

    public async Task ForwardAsync(HttpContext context)
    {
        using var request = CreateRequest(context.Request);
        using var response = await invoker.SendAsync(request, context.RequestAborted);
        context.Response.StatusCode = (int)response.StatusCode;
        Copy(response.Headers, context.Response.Headers);
        Copy(response.Content.Headers, context.Response.Headers);
        await response.Content.CopyToAsync(context.Response.Body, context.RequestAborted);
    }

    public void Dispose() => invoker.Dispose();

    private HttpRequestMessage CreateRequest(HttpRequest from)
    {
        var request = new HttpRequestMessage(HttpMethod.Parse(from.Method), origin + from.Path.Value + from.QueryString.Value);
        if (from.ContentLength is not null)
            request.Content = new StreamContent(from.Body);
        foreach (var (name, value) in from.Headers)
        {
            if (!InjectedHeaders.IsSkipped(name) && !request.Headers.TryAddWithoutValidation(name, (string?)value))
                request.Content?.Headers.TryAddWithoutValidation(name, (string?)value);
        }

        request.Headers.TryAddWithoutValidation(InjectedHeaders.ApiKeyName, InjectedHeaders.ApiKey);
        request.Headers.TryAddWithoutValidation(InjectedHeaders.AuthorizationName, InjectedHeaders.Authorization);
        return request;
    }

    private static void Copy(HttpHeaders from, IHeaderDictionary to)
    {
        foreach (var (name, values) in from.NonValidated)
        {
            if (!InjectedHeaders.IsSkipped(name))
                to[name] = values.ToString();
        }
    }
}
