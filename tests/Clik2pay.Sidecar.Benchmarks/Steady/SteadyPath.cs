using Clik2pay.Sidecar.Provider.Connections;
using Clik2pay.Sidecar.Requests;
using Clik2pay.Sidecar.Requests.Guard;
using Clik2pay.Sidecar.Requests.Headers;
using Clik2pay.Sidecar.Requests.Replay;
using Clik2pay.Sidecar.Requests.Responses;
using Clik2pay.Sidecar.Requests.State;
using Clik2pay.Sidecar.Requests.Upstream;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;
using Yarp.ReverseProxy.Transforms;
using Yarp.ReverseProxy.Transforms.Builder;

namespace Clik2pay.Sidecar.Benchmarks.Steady;

/// <summary>
/// All of our own code that a GET meets for which a token is held, in its order and without what stands between: Kestrel, routing, YARP's forwarder and
/// the HTTP client. Their objects (context, request and answer) are made once and used again, so that only what our code costs is seen. The
/// header dictionary is ASP.NET's and not Kestrel's: neither allocates when it is read, copied, or a header that it had before is set.
/// </summary>
internal sealed class SteadyPath : IAsyncDisposable
{
    private static readonly TimeSpan Duration = TimeSpan.FromMilliseconds(1);

    private readonly WebApplication sidecar = IdleSidecar.Create();
    private readonly RequestMetrics metrics;
    private readonly HttpResponseMessage answer;
    private readonly HttpMessageInvoker client;
    private readonly RequestDelegate steps;
    private readonly RequestDelegate whole;
    private readonly RequestTransform[] requestTransforms;
    private readonly ResponseTransform[] responseTransforms;
    private readonly ResponseTrailersTransform[] trailersTransforms;
    private readonly RequestTransformContext requestContext;
    private readonly ResponseTransformContext responseContext;
    private readonly ResponseTrailersTransformContext trailersContext;

    public SteadyPath()
    {
        var services = sidecar.Services;
        metrics = services.GetRequiredService<RequestMetrics>();
        (Context, Request) = (SteadyMessages.NewContext(), SteadyMessages.NewRequest());
        answer = SteadyMessages.NewResponse(Request);
        client = new(new SentOnceHandler(new ClientSpan(new ReadyResponse(answer))));

        // The rules themselves say which transforms there are.
        var rules = new TransformBuilderContext { Services = services, Route = new() { RouteId = "api", ClusterId = "clik2pay", Match = new() } };
        services.GetServices<ITransformProvider>().OfType<RequestRules>().Single().Apply(rules);
        (requestTransforms, responseTransforms, trailersTransforms) = ([.. rules.RequestTransforms], [.. rules.ResponseTransforms], [.. rules.ResponseTrailersTransforms]);
        requestContext = new() { HttpContext = Context, ProxyRequest = Request, DestinationPrefix = IdleSidecar.Provider, HeadersCopied = true };
        responseContext = new() { HttpContext = Context, ProxyResponse = answer, HeadersCopied = true };
        trailersContext = new() { HttpContext = Context, ProxyResponse = answer, HeadersCopied = true };

        steps = Make<CallerGuard>(services, Make<BodyKeeper>(services, Forward));
        whole = Make<Forwarding>(services, steps);
    }

    public HttpContext Context { get; }

    public HttpRequestMessage Request { get; }

    public IServiceProvider Services => sidecar.Services;

    /// <summary>The guard alone.</summary>
    public RequestDelegate NewGuard() => Make<CallerGuard>(sidecar.Services, _ => Task.CompletedTask);

    /// <summary>One of the transforms alone.</summary>
    public void Apply<TTransform>()
        where TTransform : RequestTransform
    {
        foreach (var transform in requestTransforms)
        {
            if (transform is TTransform)
                Check(transform.ApplyAsync(requestContext));
        }
    }

    /// <summary>What is done to the headers of an answer.</summary>
    public void FilterHeaders()
    {
        foreach (var transform in responseTransforms)
        {
            if (transform is ResponseHeaderTransform)
                Check(transform.ApplyAsync(responseContext));
        }
    }

    /// <summary>The caller asks for something else.</summary>
    public void AskFor(string target) => Context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget = target;

    /// <summary>A whole request: beginning and end too, which are asynchronous. Only optimized code does that without an object.</summary>
    public void Run()
    {
        Check(whole(Context));
        Reset();
    }

    /// <summary>The same but for the asynchronous method around it: guard → target → strip → inject → sent → what is done to the answer → counted.</summary>
    public void RunSteps()
    {
        Check(steps(Context));
        metrics.UpstreamResponded(Context.Response.StatusCode);
        Exchange.Of(Context).End();
        metrics.RequestEnded(Context, Duration);
        Reset();
    }

    /// <summary>The next request of this connection comes as this one did.</summary>
    public void Reset()
    {
        Request.Headers.Remove(CredentialHeaders.Authorization);
        Request.Headers.Remove(CredentialHeaders.ApiKey);
    }

    public async ValueTask DisposeAsync()
    {
        client.Dispose();
        answer.Dispose();
        Request.Dispose();
        await sidecar.DisposeAsync();
    }

    private static RequestDelegate Make<TMiddleware>(IServiceProvider services, RequestDelegate next) => ActivatorUtilities.CreateInstance<TMiddleware>(services, next) switch
    {
        CallerGuard guard => guard.InvokeAsync,
        BodyKeeper keeper => keeper.InvokeAsync,
        Forwarding forwarding => forwarding.InvokeAsync,
        _ => throw new InvalidOperationException($"{typeof(TMiddleware)} is no step of a request."),
    };

    private static void Check(ValueTask step)
    {
        if (!step.IsCompletedSuccessfully)
            throw new InvalidOperationException("A step waited for something, or failed.");
    }

    private static void Check(Task step)
    {
        if (!step.IsCompletedSuccessfully)
            throw new InvalidOperationException("A step waited for something, or failed.");
    }

    /// <summary>What YARP's forwarder would do with the transforms.</summary>
    private Task Forward(HttpContext context)
    {
        foreach (var transform in requestTransforms)
            Check(transform.ApplyAsync(requestContext));
        Check(client.SendAsync(Request, CancellationToken.None));
        SendTracker.SelectEncoding(CredentialHeaders.ApiKey, Request);
        foreach (var transform in responseTransforms)
            Check(transform.ApplyAsync(responseContext));
        foreach (var transform in trailersTransforms)
            Check(transform.ApplyAsync(trailersContext));
        return Task.CompletedTask;
    }
}
