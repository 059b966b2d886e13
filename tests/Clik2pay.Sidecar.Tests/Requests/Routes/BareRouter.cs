using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Yarp.ReverseProxy.Configuration;

namespace Clik2pay.Sidecar.Tests.Requests.Routes;

/// <summary>
/// YARP's routing without the rules of the sidecar. Routing throws an exception if a request matches two routes of equal rank.
/// </summary>
internal sealed class BareRouter : IAsyncDisposable
{
    /// <summary>No request has two values of a header or a parameter.</summary>
    private static readonly (string Path, string Method, string Host, string A, string B, string Query)[] Requests =
    [
        ("/a", "POST", "localhost", "", "", ""),
        ("/a", "PUT", "localhost", "", "", ""),
        .. from headers in new[]
           {
               ("", ""), ("a", ""), ("A", ""), ("b", ""), ("ab", ""), ("cb", ""), ("c", ""), ("x", ""),
               ("", "a"), ("a", "a"), ("A", "a"), ("b", "a"), ("c", "a"), ("x", "a"),
           }
           from query in new[] { "", "?a=1", "?a=2", "?a=12", "?a=3", "?b=1", "?a=1&b=1", "?a=2&b=1", "?a=3&b=1" }
           select ("/a", "GET", "localhost", headers.Item1, headers.Item2, query),
        .. from path in new[] { "/a", "/a/5", "/a/b", "/a/b.json", "/a/b.xml", "/b/5" }
           from host in new[] { "localhost", "localhost:8080", "localhost:9090", "other", "x.example.com", "y.x.example.com:8080" }
           select (path, "GET", host, "", "", ""),
    ];

    private readonly WebApplication app;
    private readonly RequestDelegate pipeline;

    public BareRouter(IReadOnlyList<RouteConfig> routes)
    {
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.WebHost.UseKestrelCore();
        builder.Services.AddRouting().AddReverseProxy().LoadFromMemory(routes, [new() { ClusterId = "c" }]);
        app = builder.Build();
        app.UseRouting();
        app.MapReverseProxy(proxy => proxy.Run(_ => Task.CompletedTask));
        app.UseEndpoints(_ => { });
        pipeline = ((IApplicationBuilder)app).Build();
    }

    public async Task<string?> FindAmbiguousRequestAsync()
    {
        foreach (var request in Requests)
        {
            if (await IsAmbiguousAsync(request))
                return $"{request}";
        }

        return null;
    }

    public async ValueTask DisposeAsync() => await app.DisposeAsync();

    private async Task<bool> IsAmbiguousAsync((string Path, string Method, string Host, string A, string B, string Query) from)
    {
        var context = new DefaultHttpContext { RequestServices = app.Services };
        var request = context.Request;
        (request.Path, request.Method, request.Host, request.QueryString) = (from.Path, from.Method, new(from.Host), new(from.Query));
        if (from.A.Length > 0)
            request.Headers["X-A"] = from.A;
        if (from.B.Length > 0)
            request.Headers["X-B"] = from.B;
        try
        {
            await pipeline(context);
            return false;
        }
        catch (Exception e) when (e.GetType().Name == "AmbiguousMatchException")
        {
            return true;
        }
    }
}
