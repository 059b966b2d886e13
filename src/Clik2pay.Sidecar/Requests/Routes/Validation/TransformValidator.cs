using Clik2pay.Sidecar.Requests.Headers;
using Yarp.ReverseProxy.Configuration;
using Yarp.ReverseProxy.Configuration.RouteValidators;
using Yarp.ReverseProxy.Transforms;
using Yarp.ReverseProxy.Transforms.Builder;

namespace Clik2pay.Sidecar.Requests.Routes.Validation;

/// <summary>Refuses a transform in <c>proxy.json</c> that would have no effect, or that would break a guarantee of the sidecar.</summary>
internal sealed class TransformValidator(ITransformBuilder transforms) : IRouteValidator
{
    private const string Unchanged = "because method, path and query are always sent as the caller wrote them";

    /// <summary>The headers of the connection and of the framing.</summary>
    private static readonly HeaderNames ConnectionHeaders = new(
    [
        "Connection", "Keep-Alive", "Proxy-Connection", "TE", "Trailer", "Transfer-Encoding", "Content-Length", "Upgrade", "HTTP2-Settings",
    ]);

    /// <summary>The transforms and their parameters, each with a function that returns why a value is refused, or null.</summary>
    private static readonly Dictionary<string, Func<string, string?>> Keys = new(StringComparer.OrdinalIgnoreCase)
    {
        ["RequestHeadersCopy"] = FindInvalidFlag,
        ["RequestHeader"] = names => FindReserved(names, IsManagedRequestHeader),
        ["RequestHeaderRemove"] = names => FindReserved(names, IsManagedRequestHeader),
        ["RequestHeaderRouteValue"] = names => FindReserved(names, IsManagedRequestHeader),
        ["RequestHeadersAllowed"] = names => FindReserved(names, name => !IsContentLength(name) && IsManagedRequestHeader(name)),
        ["RequestHeaderOriginalHost"] = text => bool.TryParse(text, out var flag) && flag ? "because the host is that of the API" : null,
        ["X-Forwarded"] = FindUnknownName<ForwardedTransformActions>,
        ["Forwarded"] = FindUnknownPart,
        ["ClientCert"] = _ => "because callers have no client certificates",
        ["ResponseHeadersCopy"] = FindInvalidFlag,
        ["ResponseHeader"] = names => FindReserved(names, IsManagedResponseHeader),
        ["ResponseHeaderRemove"] = names => FindReserved(names, IsManagedResponseHeader),
        ["ResponseHeadersAllowed"] = names => FindReserved(names, name => !IsContentLength(name) && IsManagedResponseHeader(name)),
        ["ResponseTrailersCopy"] = FindInvalidFlag,
        ["ResponseTrailer"] = names => FindReserved(names, IsManagedResponseHeader),
        ["ResponseTrailerRemove"] = names => FindReserved(names, IsManagedResponseHeader),
        ["ResponseTrailersAllowed"] = names => FindReserved(names, IsManagedResponseHeader),
        ["PathSet"] = _ => Unchanged,
        ["PathPrefix"] = _ => Unchanged,
        ["PathRemovePrefix"] = _ => Unchanged,
        ["PathPattern"] = _ => Unchanged,
        ["QueryValueParameter"] = _ => Unchanged,
        ["QueryRouteParameter"] = _ => Unchanged,
        ["QueryRemoveParameter"] = _ => Unchanged,
        ["HttpMethodChange"] = _ => Unchanged,

        // Parameters.
        ["Set"] = AcceptAny,
        ["Append"] = AcceptAny,
        ["When"] = FindUnknownName<ResponseCondition>,
        ["HeaderPrefix"] = prefix => FindReserved($"{prefix}For;{prefix}Host;{prefix}Prefix;{prefix}Proto", IsManagedRequestHeader),
        ["For"] = FindUnknownName<ForwardedTransformActions>,
        ["Host"] = FindUnknownName<ForwardedTransformActions>,
        ["Prefix"] = FindUnknownName<ForwardedTransformActions>,
        ["Proto"] = FindUnknownName<ForwardedTransformActions>,
        ["Action"] = FindUnknownName<ForwardedTransformActions>,
        ["ForFormat"] = FindUnknownName<NodeFormat>,
        ["ByFormat"] = FindUnknownName<NodeFormat>,
    };

    public ValueTask ValidateAsync(RouteConfig routeConfig, IList<Exception> errors)
    {
        foreach (var (key, value) in (routeConfig.Transforms ?? []).SelectMany(transform => transform))
        {
            if (FindReason(key, value) is { } reason)
            {
                errors.Add(new InvalidOperationException($"{Describe(routeConfig)} has the transform {key}. Remove it, {reason}."));
            }
            else if (IsHeaderValue(key) && !CanBeSent(value))
            {
                errors.Add(new InvalidOperationException(
                    $"{Describe(routeConfig)} has a transform whose {key} contains characters that a header cannot contain. Correct it."));
            }
        }

        foreach (var _ in (routeConfig.Transforms ?? []).Where(transform => !HasRouteParameter(transform, routeConfig.Match.Path)))
        {
            errors.Add(new InvalidOperationException(
                $"{Describe(routeConfig)} has the transform RequestHeaderRouteValue. "
                + "Its Set or Append names a parameter that Match:Path does not have. Use a parameter of Match:Path."));
        }

        if (errors.Count == 0 && FindBuildError(routeConfig) is { } error)
            errors.Add(new InvalidOperationException($"{Describe(routeConfig)} has an invalid transform. {error.Message}"));

        return default;
    }

    private static string Describe(RouteConfig route) => $"The route '{route.RouteId}'";

    /// <summary>YARP adds no header if the path does not have the parameter.</summary>
    private static bool HasRouteParameter(IReadOnlyDictionary<string, string> transform, string? path) =>
        !transform.ContainsKey("RequestHeaderRouteValue")
        || (transform.GetValueOrDefault("Set") ?? transform.GetValueOrDefault("Append")) is not { } name
        || PathTemplate.TryParse(path)?.GetParameter(name) is not null;

    private static string? FindReason(string key, string value) =>
        Keys.TryGetValue(key, out var find) ? find(value) : "because there is no such transform";

    private static string? AcceptAny(string value) => null;

    /// <summary>Accepts names only. YARP also accepts numbers, even numbers without a meaning.</summary>
    private static string? FindUnknownName<T>(string value)
        where T : struct, Enum => FindUnknownName(value, Enum.GetNames<T>());

    private static string? FindUnknownPart(string value) => value.Split(',', StringSplitOptions.TrimEntries)
        .Select(part => FindUnknownName(part, ["for", "by", "proto", "host"]))
        .FirstOrDefault(reason => reason is not null);

    private static string? FindUnknownName(string value, string[] names) =>
        names.Contains(value, StringComparer.OrdinalIgnoreCase) ? null : $"or set it to one of {string.Join(", ", names)}";

    private static string? FindInvalidFlag(string value) => bool.TryParse(value, out _) ? null : "or set it to true or false";

    /// <summary>YARP checks some combinations of parameters only when it applies an edit, too late to refuse the whole edit.</summary>
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
            if (name.AsSpan().ContainsAnyExcept(HeaderNames.TokenCharacters))
                return "because it contains an invalid header name";
            if (isReserved(name))
                return $"because the sidecar manages the header {name}";
        }

        return null;
    }

    /// <summary>A different Host would change the name that the certificate is checked against.</summary>
    private static bool IsManagedRequestHeader(string name) =>
        CredentialHeaders.Find(name) is not null || SidecarHeaders.IsReserved(name)
        || name.Equals("Host", StringComparison.OrdinalIgnoreCase) || ConnectionHeaders.Find(name) is not null;

    private static bool IsManagedResponseHeader(string name) =>
        SidecarHeaders.IsReserved(name) || ConnectionHeaders.Find(name) is not null;

    private static bool IsContentLength(string name) => name.Equals("Content-Length", StringComparison.OrdinalIgnoreCase);

    private static bool IsHeaderValue(string key) =>
        key.Equals("Set", StringComparison.OrdinalIgnoreCase) || key.Equals("Append", StringComparison.OrdinalIgnoreCase);

    private static bool CanBeSent(string value) => !value.Any(c => c is (< ' ' and not '\t') or '\x7f' or > '\xff');
}
