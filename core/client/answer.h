#pragma once

#include <Poco/Net/HTTPResponse.h>
#include <istream>
#include <string>

namespace sse::client {

/// The first bytes of a body, as many as an answer of ours has at most. Throws what the connection throws. [any]
std::string readBody(std::istream& body);

/// What a refusal says: its status, and the problem's detail where the body has one. [any]
std::string problemText(const Poco::Net::HTTPResponse& response, const std::string& body);

}  // namespace sse::client
