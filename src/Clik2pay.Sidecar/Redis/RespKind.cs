namespace Clik2pay.Sidecar.Redis;

/// <summary>What a reply can be, once the many types of RESP2 and RESP3 are told apart no further than the sidecar needs.</summary>
internal enum RespKind
{
    Null,
    Text,
    Integer,
    Array,
    Error,
}
