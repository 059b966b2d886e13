using Microsoft.AspNetCore.Http;

namespace Clik2pay.Sidecar.Tests.Support.Wire;

/// <summary>A request as it reached the upstream.</summary>
internal sealed record UpstreamRequest(string Method, string Target, IHeaderDictionary Headers, byte[] Body);
