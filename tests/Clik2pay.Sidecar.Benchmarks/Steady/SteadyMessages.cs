using System.Net;
using System.Net.Http.Headers;
using Clik2pay.Sidecar.Configuration;
using Clik2pay.Sidecar.Hosting.Listeners;
using Clik2pay.Sidecar.Requests.State;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Patterns;

namespace Clik2pay.Sidecar.Benchmarks.Steady;

/// <summary>A typical request of a caller and its response.</summary>
internal static class SteadyMessages
{
    private const string Target = "/open/v1/payment-requests/0f8fad5b-d9cb-469f-a165-70867728950e?expand=payer";

    /// <summary>The request and the response, with the features that the server and routing set.</summary>
    public static DefaultHttpContext CreateContext()
    {
        var context = new DefaultHttpContext();
        context.Features.Set<IHttpRequestBodyDetectionFeature>(new NoBodyFeature());
        context.Features.Set<IHttpRequestLifetimeFeature>(new HttpRequestLifetimeFeature());
        context.Features.Set(new Exchange
        {
            Listener = new()
            {
                Name = CallerListener.DefaultName,
                Address = ListenAddress.TryParse("http://127.0.0.1:8080")!,
                Profile = null,
            },
        });
        var pattern = RoutePatternFactory.Parse("/open/v1/{**rest}");
        context.SetEndpoint(new RouteEndpoint(
            _ => Task.CompletedTask, pattern, order: 0, EndpointMetadataCollection.Empty, displayName: null));
        context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget = Target;

        var request = context.Request;
        (request.Method, request.Scheme, request.Protocol) = ("GET", "http", "HTTP/1.1");
        request.Headers.Host = "127.0.0.1:8080";
        request.Headers.UserAgent = "some-application/1.0";
        request.Headers.Accept = "application/json";
        request.Headers.AcceptEncoding = "gzip, deflate";
        request.Headers.Connection = "keep-alive";
        request.Headers["X-Request-Id"] = "9f3c1d2e-6a41-4c0f-8a35-1f0f5f5b8e11";

        var headers = context.Response.Headers;
        headers.ContentType = "application/json";
        headers.ContentLength = 100;
        headers.Date = "Tue, 24 Nov 2026 10:00:00 GMT";
        headers["x-amzn-RequestId"] = "9f3c1d2e-6a41-4c0f-8a35-1f0f5f5b8e11";
        headers["x-amz-apigw-id"] = "JKtzmE4xoAMEZ_g=";
        headers["X-Amzn-Trace-Id"] = "Root=1-67891233-abcdef012345678912345678";
        return context;
    }

    /// <summary>The upstream request after YARP has copied the caller's headers.</summary>
    public static HttpRequestMessage CreateRequest()
    {
        var request = new HttpRequestMessage(HttpMethod.Get, IdleSidecar.Provider);
        request.Headers.TryAddWithoutValidation("User-Agent", "some-application/1.0");
        request.Headers.TryAddWithoutValidation("Accept", "application/json");
        request.Headers.TryAddWithoutValidation("Accept-Encoding", "gzip, deflate");
        request.Headers.TryAddWithoutValidation("X-Request-Id", "9f3c1d2e-6a41-4c0f-8a35-1f0f5f5b8e11");
        return request;
    }

    public static HttpResponseMessage CreateResponse(HttpRequestMessage request)
    {
        var content = new ByteArrayContent(new byte[100]);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        content.Headers.ContentLength = 100;
        return new(HttpStatusCode.OK) { RequestMessage = request, Content = content };
    }
}
