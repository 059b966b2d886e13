using System.Buffers;
using System.Collections.Frozen;
using Clik2pay.Sidecar.Proxy.Routes;
using Yarp.ReverseProxy.Configuration;
using Yarp.ReverseProxy.Configuration.RouteValidators;
using Yarp.ReverseProxy.Transforms.Builder;

namespace Clik2pay.Sidecar.Proxy;

/// <summary>Refuses a transform in <c>proxy.json</c> that would have no effect, or that would change what the sidecar guarantees.</summary>
internal sealed class TransformValidator(ITransformBuilder transforms) : IRouteValidator
{
    private const string Unchanged = "because method, path and query are always sent as the caller wrote them";

    private static readonly string[] ConnectionHeaders =
        ["Connection", "Keep-Alive", "Proxy-Connection", "TE", "Trailer", "Transfer-Encoding", "Upgrade", "HTTP2-Settings"];

    private static readonly SearchValues<char> TokenCharacters =
        SearchValues.Create("!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");

    /// <summary>The names of transforms and of their parameters, each with what is wrong with a value; null if it works.</summary>
    private static readonly FrozenDictionary<string, Func<string, string?>> Keys = new Dictionary<string, Func<string, string?>>(
        StringComparer.OrdinalIgnoreCase)
    {
        ["RequestHeadersCopy"] = FindNoFlag,
        ["RequestHeader"] = names => FindReserved(names, IsSetByUs),
        ["RequestHeaderRemove"] = names => FindReserved(names, IsSetByUs),
        ["RequestHeaderRouteValue"] = names => FindReserved(names, IsSetByUs),
        ["RequestHeadersAllowed"] = names => FindReserved(names, name => !IsContentLength(name) && IsSetByUs(name)),
        ["RequestHeaderOriginalHost"] = text => bool.TryParse(text, out var flag) && flag ? "because the host is that of the API" : null,
        ["X-Forwarded"] = Works,
        ["Forwarded"] = Works,
        ["ClientCert"] = _ => "because callers have no client certificates",
        ["ResponseHeadersCopy"] = FindNoFlag,
        ["ResponseHeader"] = names => FindReserved(names, IsOfTheResponse),
        ["ResponseHeaderRemove"] = names => FindReserved(names, IsOfTheResponse),
        ["ResponseHeadersAllowed"] = names => FindReserved(names, name => !IsContentLength(name) && IsOfTheResponse(name)),
        ["ResponseTrailersCopy"] = FindNoFlag,
        ["ResponseTrailer"] = names => FindReserved(names, IsOfTheResponse),
        ["ResponseTrailerRemove"] = names => FindReserved(names, IsOfTheResponse),
        ["ResponseTrailersAllowed"] = names => FindReserved(names, IsOfTheResponse),
        ["PathSet"] = _ => Unchanged,
        ["PathPrefix"] = _ => Unchanged,
        ["PathRemovePrefix"] = _ => Unchanged,
        ["PathPattern"] = _ => Unchanged,
        ["QueryValueParameter"] = _ => Unchanged,
        ["QueryRouteParameter"] = _ => Unchanged,
        ["QueryRemoveParameter"] = _ => Unchanged,
        ["HttpMethodChange"] = _ => Unchanged,

        // Parameters.
        ["Set"] = FindUnsendable,
        ["Append"] = FindUnsendable,
        ["When"] = Works,
        ["HeaderPrefix"] = prefix => FindReserved($"{prefix}For;{prefix}Host;{prefix}Prefix;{prefix}Proto", IsSetByUs),
        ["For"] = Works,
        ["Host"] = Works,
        ["Prefix"] = Works,
        ["Proto"] = Works,
        ["Action"] = Works,
        ["ForFormat"] = Works,
        ["ByFormat"] = Works,
    }.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);

    public ValueTask ValidateAsync(RouteConfig routeConfig, IList<Exception> errors)
    {
        foreach (var (key, value) in (routeConfig.Transforms ?? []).SelectMany(transform => transform))
        {
            if (FindReason(key, value) is { } reason)
                errors.Add(new InvalidOperationException($"{Describe(routeConfig)} has the transform {key}. Remove it, {reason}."));
        }

        foreach (var _ in (routeConfig.Transforms ?? []).Where(transform => !HasItsRouteValue(transform, routeConfig.Match.Path)))
        {
            errors.Add(new InvalidOperationException(
                $"{Describe(routeConfig)} has the transform RequestHeaderRouteValue. "
                + "Write the name of a parameter of Match:Path in Set or Append."));
        }

        if (errors.Count == 0 && FindBuildError(routeConfig) is { } error)
            errors.Add(new InvalidOperationException($"{Describe(routeConfig)} has an invalid transform. {error.Message}"));

        return default;
    }

    private static string Describe(RouteConfig route) => $"The route '{route.RouteId}'";

    /// <summary>YARP adds no header if the path does not have the parameter.</summary>
    private static bool HasItsRouteValue(IReadOnlyDictionary<string, string> transform, string? path) =>
        !transform.ContainsKey("RequestHeaderRouteValue")
        || (transform.GetValueOrDefault("Set") ?? transform.GetValueOrDefault("Append")) is not { } name
        || PathTemplate.TryParse(path)?.GetParameter(name) is not null;

    private static string? FindReason(string key, string value) =>
        Keys.TryGetValue(key, out var find) ? find(value) : "because the sidecar does not know it";

    private static string? Works(string value) => null;

    private static string? FindNoFlag(string value) => bool.TryParse(value, out _) ? null : "because its value is neither true nor false";

    /// <summary>YARP checks some combinations of parameters only when it applies an edit, too late to refuse all of it.</summary>
    private ArgumentException? FindBuildError(RouteConfig route)
    {
        try
        {
            transforms.Build(route, cluster: null);
            return null;
        }
        catch (ArgumentException e)
        {
            return e;
        }
    }

    private static string? FindReserved(string names, Func<string, bool> isReserved)
    {
        foreach (var name in names.Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            if (name.AsSpan().ContainsAnyExcept(TokenCharacters))
                return "because it names a header with characters that a name cannot have";
            if (isReserved(name))
                return $"because the sidecar sets or removes {name} itself";
        }

        return null;
    }

    /// <summary>With another Host the certificate would be checked against that name.</summary>
    private static bool IsSetByUs(string name) =>
        CredentialHeaders.Find(name) is not null || name.Equals("Host", StringComparison.OrdinalIgnoreCase) || IsContentLength(name)
        || ConnectionHeaders.Contains(name, StringComparer.OrdinalIgnoreCase);

    private static bool IsOfTheResponse(string name) =>
        name.Equals(ProblemAnswer.ErrorHeader, StringComparison.OrdinalIgnoreCase) || IsContentLength(name)
        || ConnectionHeaders.Contains(name, StringComparer.OrdinalIgnoreCase);

    private static bool IsContentLength(string name) => name.Equals("Content-Length", StringComparison.OrdinalIgnoreCase);

    private static string? FindUnsendable(string value) =>
        value.Any(c => c is (< ' ' and not '\t') or '\x7f' or > '\xff')
            ? "because its value has characters that a header cannot have"
            : null;
}
