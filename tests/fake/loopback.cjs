// Preloaded into a Node server under test (node --require): it listens on 127.0.0.1 only, on a port of the kernel's choice, and
// prints "listening PORT".
'use strict'
const net = require('net')
const listen = net.Server.prototype.listen
net.Server.prototype.listen = function (...given) {
	const done = given.find((x) => typeof x === 'function')
	this.once('listening', () => console.log(`listening ${this.address().port}`))
	return listen.call(this, { port: 0, host: '127.0.0.1' }, done)
}
