// SPDX-License-Identifier: MIT
#pragma once

/// All of the portable library but `task.hpp` and `arena.hpp`, which are for those who have no
/// coroutine type of their own.

#include "minimq/assigned_client_id.hpp"
#include "minimq/authentication.hpp"
#include "minimq/authenticator.hpp"
#include "minimq/broker.hpp"
#include "minimq/build.hpp"
#include "minimq/bytes.hpp"
#include "minimq/config.hpp"
#include "minimq/engine.hpp"
#include "minimq/error.hpp"
#include "minimq/event.hpp"
#include "minimq/extras.hpp"
#include "minimq/limits.hpp"
#include "minimq/message.hpp"
#include "minimq/operation.hpp"
#include "minimq/property.hpp"
#include "minimq/property_store.hpp"
#include "minimq/publication.hpp"
#include "minimq/qos.hpp"
#include "minimq/reason.hpp"
#include "minimq/session.hpp"
#include "minimq/time.hpp"
#include "minimq/topic_alias.hpp"
#include "minimq/trace.hpp"
#include "minimq/transport.hpp"
